import { describeError, SwitchboardError } from '../errors.js'
import type {
  Channel,
  Clock,
  OutboxItem,
  OutboxOptions,
  SendRecord,
  SendRecordResult,
  Store,
} from '../ports/index.js'
import { type BackoffPolicy, backoffMs } from '../rules/index.js'
import { createBatcher } from '../runtime/batcher.js'
import { deadline, orAborted } from '../runtime/deadline.js'
import type { Emit } from '../runtime/events.js'

export interface OutboxDependencies {
  readonly store: Store
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly random: () => number
  readonly emit: Emit
  readonly options: OutboxOptions & {
    /** How long a provider may take to answer. */
    readonly sendTimeoutMs: number
    readonly backoff: BackoffPolicy
  }
}

/** Where messages leave. */
export interface Outbox {
  /** Sends a message that the store says is `sending`, records what came of it, and goes on with what follows it. Never rejects. */
  send(item: OutboxItem): Promise<void>
  /** Sends what is due: retries, and what another process left behind. Never rejects. */
  pump(): Promise<void>
  /** The same, later. */
  pumpAfter(ms: number): void
  /** Stops the timers of retries. */
  stop(): void
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>
}

/** How far apart looks for due retries are at least. */
const pumpGrainMs = 20

/** Last stage: hands messages to their channels and records the outcome. A send is recorded before it happens. */
export function createOutbox(dependencies: OutboxDependencies): Outbox {
  const { store, channels, clock, random, emit, options } = dependencies
  const records = createBatcher<SendRecord, SendRecordResult>({
    name: 'outbox',
    run: batch => store.recordSends(batch),
    slots: 2,
    keyOf: record => record.id,
  })
  const onTheirWay = new Set<Promise<void>>()
  const timers = new Map<number, () => void>()
  let stopped = false
  let pumping: Promise<void> | undefined
  let pumpAgain = false

  async function attempt(item: OutboxItem): Promise<SendRecord['outcome']> {
    const channel = channels.get(item.message.channel)
    if (!channel) {
      return { kind: 'failed', error: `configuration: no channel is named ${item.message.channel}` }
    }
    using limit = deadline(clock, options.sendTimeoutMs, `channel ${channel.name}`)
    try {
      const call = channel.send(item.message, { signal: limit.signal })
      const { providerId } = await orAborted(call, limit.signal)
      return providerId === undefined ? { kind: 'sent' } : { kind: 'sent', providerId }
    } catch (error) {
      return outcomeOf(error, item.attempt)
    }
  }

  function outcomeOf(error: unknown, attemptNumber: number): SendRecord['outcome'] {
    const text = errorText(error)
    // Only a definite refusal says that the provider did not take it. All else may have been sent.
    if (!SwitchboardError.is(error) || error.code !== 'channel_refused')
      return { kind: 'unknown', error: text }
    if (!error.retryable || attemptNumber >= options.maxAttempts) return { kind: 'failed', error: text }
    const afterMs = backoffMs(attemptNumber, options.backoff, random(), error.retryAfterMs)
    return { kind: 'retry', afterMs, error: text }
  }

  function announce(item: OutboxItem, outcome: SendRecord['outcome'], result: SendRecordResult): void {
    const report = { conversationId: item.conversationId, messageId: item.messageId }
    const { author, attempt } = item
    if (outcome.kind === 'sent') {
      const sent = { ...report, author, attempt }
      emit(
        'message.sent',
        outcome.providerId === undefined ? sent : { ...sent, providerId: outcome.providerId },
      )
    } else if (outcome.kind === 'retry' && result.status === 'pending') {
      emit('message.retrying', { ...report, error: outcome.error, afterMs: outcome.afterMs })
      pumpAfter(outcome.afterMs)
    } else if (outcome.kind === 'failed' && result.status === 'failed') {
      emit('message.failed', { ...report, error: outcome.error })
    } else if (outcome.kind === 'unknown' && result.status === 'unknown') {
      emit('message.unknown', { ...report, error: outcome.error })
      if (options.unknownPolicy === 'resend') pumpAfter(options.reconcileMs)
    }
  }

  async function sendAndRecord(first: OutboxItem): Promise<void> {
    for (let item: OutboxItem | undefined = first; item; ) {
      const outcome: SendRecord['outcome'] = await attempt(item)
      const record = { id: item.message.id, attempt: item.attempt, outcome, sendLeaseMs: options.sendLeaseMs }
      try {
        const result: SendRecordResult = await records.add(record)
        announce(item, outcome, result)
        item = result.next
      } catch (error) {
        // The store still says `sending`; the sweep will call it unknown and receipts or the policy decide.
        emit('error', error, 'recording a send')
        return
      }
    }
  }

  function send(item: OutboxItem): Promise<void> {
    const done = sendAndRecord(item).finally(() => onTheirWay.delete(done))
    onTheirWay.add(done)
    return done
  }

  /** Retries that are due at nearly the same time share a timer and a look at the store. */
  function pumpAfter(ms: number): void {
    const dueAt = Math.ceil((clock.now() + ms) / pumpGrainMs) * pumpGrainMs
    if (stopped || timers.has(dueAt)) return
    const cancel = clock.after(dueAt - clock.now(), () => {
      timers.delete(dueAt)
      void pump()
    })
    timers.set(dueAt, cancel)
  }

  async function claimAndSend(): Promise<void> {
    do {
      pumpAgain = false
      try {
        const items = await store.claimSends(options)
        for (const item of items) void send(item)
        pumpAgain ||= items.length === options.limit
      } catch (error) {
        emit('error', error, 'claiming sends')
      }
    } while (pumpAgain && !stopped)
  }

  function pump(): Promise<void> {
    if (stopped) return Promise.resolve()
    // A look that is under way may have been taken too early for this caller.
    if (pumping) pumpAgain = true
    pumping ??= claimAndSend().finally(() => {
      pumping = undefined
    })
    return pumping
  }

  return {
    send,
    pump,
    pumpAfter,
    stop() {
      stopped = true
      for (const cancel of timers.values()) cancel()
      timers.clear()
    },
    async idle() {
      await pumping
      while (onTheirWay.size > 0) await Promise.all(onTheirWay)
    },
  }
}

/** `code: message`, the form in which the store keeps it. */
function errorText(error: unknown): string {
  const providerCode = (error as { providerCode?: unknown } | undefined)?.providerCode
  const code =
    typeof providerCode === 'string'
      ? providerCode
      : SwitchboardError.is(error)
        ? error.code
        : 'channel_unknown'
  return `${code}: ${describeError(error)}`
}
