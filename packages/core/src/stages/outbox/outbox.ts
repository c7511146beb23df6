import type {
  OutboxItem,
  OutboxOptions,
  SendRecord,
  SendRecordResult,
  Store,
  WindowRefusal,
} from '../../ports/index.js'
import { createBatcher } from '../../runtime/batcher.js'
import { persist } from '../../runtime/persist.js'
import { createAccountGuard } from './account-guard.js'
import { announce } from './announce.js'
import { createPacing, type PacingDependencies } from './pacing.js'
import { settleRefusals } from './refusals.js'
import { createRetryTimers } from './retry-timers.js'
import { attemptSend, type SendAttemptDependencies } from './send-attempt.js'

export interface OutboxDependencies
  extends Omit<SendAttemptDependencies, 'pacing' | 'guard'>,
    PacingDependencies {
  readonly store: Store
  readonly options: OutboxOptions
}

/** Where messages leave. */
export interface Outbox {
  /**
   * Sends a message that the store says is `sending`, records what came of it, and goes on with what follows it. Never rejects.
   *
   * @param askedAt when the store was asked for it, by the clock of this process
   */
  send(item: OutboxItem, askedAt: number): Promise<void>
  /** Sends what is due: retries, and what another process left behind. Never rejects. */
  pump(): Promise<void>
  /** The same at once, when this process does such work: something may leave that nobody has asked for yet. */
  hint(): void
  /** Goes on after the provider has said of messages that it took that their window was closed. */
  refused(conversationId: string, refusals: readonly WindowRefusal[]): void
  /** The same as `pump`, later. */
  pumpAfter(ms: number): void
  /** Stops looking for messages; what is on its way goes on. */
  stop(): void
  /** Looks for messages again. */
  start(): void
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>
}

/** How long the outcome of a send is kept for a store that is away. A process that ends waits less. */
const recordingMs = 120_000

/** Last stage: hands messages to their channels and records the outcome. A send is recorded before it happens. */
export function createOutbox(dependencies: OutboxDependencies): Outbox {
  const { store, emit, options, clock, random } = dependencies
  const records = createBatcher<SendRecord, SendRecordResult>({
    // What was sent must not be forgotten because the store is away, for as long as a failover takes.
    run: batch =>
      persist(() => store.recordSends(batch), {
        clock,
        random,
        forMs: () =>
          pump.stopped ? options.sendLeaseMs / 2 : Math.max(recordingMs, options.sendLeaseMs / 2),
      }),
  })
  const pacing = createPacing(dependencies)
  const attempt = { ...dependencies, pacing, guard: createAccountGuard(clock, random, emit) }
  const onTheirWay = new Set<Promise<void>>()
  const pump = createPump(dependencies, send)

  async function sendAndRecord(first: OutboxItem, firstAskedAt: number): Promise<void> {
    let askedAt = firstAskedAt
    // One template asks a person to write; what follows it waits until they do.
    let windowTemplate = dependencies.windowTemplate
    for (let item: OutboxItem | undefined = first; item; ) {
      const outcome: SendRecord['outcome'] = await attemptSend(item, askedAt, { ...attempt, windowTemplate })
      if (outcome.kind === 'sent' && outcome.content) windowTemplate = undefined
      askedAt = clock.now()
      const record = { id: item.message.id, attempt: item.attempt, outcome, sendLeaseMs: options.sendLeaseMs }
      try {
        const result: SendRecordResult = await records.add(record)
        announce(emit, item, outcome, result)
        if (result.refused) refused(item.conversationId, result.refused)
        lookAgain(outcome)
        item = result.next
      } catch (error) {
        // The store still says `sending`; the sweep will call it unknown and receipts or the policy decide.
        emit('error', error, 'recording a send')
        return
      }
    }
  }

  function lookAgain(outcome: SendRecord['outcome']): void {
    if (outcome.kind === 'retry' || outcome.kind === 'deferred') pump.after(outcome.afterMs)
    if (outcome.kind === 'unknown' && options.unknownPolicy === 'resend') pump.after(options.reconcileMs)
  }

  function send(item: OutboxItem, askedAt: number): Promise<void> {
    return track(sendAndRecord(item, askedAt))
  }

  function refused(conversationId: string, refusals: readonly WindowRefusal[]): void {
    void track(settleRefusals(conversationId, refusals, { ...dependencies, hint: pump.hint }))
  }

  function track(work: Promise<void>): Promise<void> {
    const done = work.finally(() => onTheirWay.delete(done))
    onTheirWay.add(done)
    return done
  }

  return {
    send,
    refused,
    pump: pump.now,
    hint: pump.hint,
    pumpAfter: pump.after,
    stop() {
      pump.stop()
      pacing.stop()
    },
    start() {
      pump.start()
      pacing.start()
    },
    async idle() {
      await pump.idle()
      while (onTheirWay.size > 0) await Promise.all(onTheirWay)
    },
  }
}

/**
 * Looks for messages whose time has come, one look at a time. At most `limit` of what it found are on their way: after an
 * outage thousands may be due, and those that a channel cannot take at once would run into their deadlines.
 */
function createPump({ store, emit, options, clock }: OutboxDependencies, send: Outbox['send']) {
  let pumping: Promise<void> | undefined
  let again = false
  let stopped = false
  let started = false
  let sending = 0
  let more = false
  const timers = createRetryTimers(clock, () => void now())

  async function look(): Promise<void> {
    do {
      again = false
      const limit = options.limit - sending
      more = limit <= 0
      if (more) return
      try {
        const askedAt = clock.now()
        const items = await store.claimSends({ ...options, limit })
        more = items.length === limit
        for (const item of items) void sendOne(item, askedAt)
      } catch (error) {
        emit('error', error, 'claiming sends')
      }
    } while (again && !stopped)
  }

  async function sendOne(item: OutboxItem, askedAt: number): Promise<void> {
    sending += 1
    await send(item, askedAt)
    sending -= 1
    if (more && sending <= options.limit / 2) void now()
  }

  function now(): Promise<void> {
    if (stopped) return Promise.resolve()
    // A look that is under way may have been taken too early for this caller.
    if (pumping) again = true
    pumping ??= look().finally(() => {
      pumping = undefined
    })
    return pumping
  }

  return {
    now,
    hint() {
      if (started) void now()
    },
    after(ms: number) {
      if (!stopped) timers.after(ms)
    },
    stop() {
      stopped = true
      started = false
      timers.stop()
    },
    start() {
      stopped = false
      started = true
    },
    idle: async () => pumping,
    get stopped() {
      return stopped
    },
  }
}
