import { SwitchboardError } from '../errors.js'
import type { Channel, Clock } from '../ports/index.js'
import { type BackoffPolicy, backoffMs } from '../rules/index.js'
import { deadline, orAborted } from '../runtime/deadline.js'
import type { Emit } from '../runtime/events.js'
import type { Identity, IdentityChange, StoredEvent } from '../vocabulary/index.js'

export interface LookUpDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly random: () => number
  readonly emit: Emit
  /** Commits what was learnt. */
  accept(event: IdentityChange): Promise<void>
  readonly options: {
    /** How long a provider may take to answer. */
    readonly timeoutMs: number
    readonly maxAttempts: number
    readonly backoff: BackoffPolicy
    /** How many people may wait. Others are looked up when they write again. */
    readonly maxWaiting: number
    readonly concurrency: number
    /** How long an address rests of which nothing could be learnt. */
    readonly againMs: number
  }
}

/** A side stage: asks channels who hides behind an address that names no phone. */
export interface LookUps {
  /** Looks the event's person up, unless that was done. Returns at once; never throws. */
  consider(event: StoredEvent): void
  /** Starts nothing any more and resolves when nothing is under way. */
  stop(): Promise<void>
}

interface Task {
  readonly key: string
  readonly channel: Channel
  readonly account: string
  readonly identity: Identity
}

/** How many addresses are remembered as looked up. Forgetting one costs a question. */
const mostRemembered = 10_000

/**
 * Only live events ask: a backfill names thousands. What a process has waiting is lost with it, and asked for again with the
 * next message of the person.
 */
export function createLookUps(dependencies: LookUpDependencies): LookUps {
  const { channels, clock, emit, options } = dependencies
  /** When each address may be looked up again, the oldest first. */
  const remembered = new Map<string, number>()
  const waiting: Task[] = []
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()

  function consider(event: StoredEvent): void {
    const channel = channels.get(event.channel)
    if (!channel?.lookUp || event.history || stopping.signal.aborted) return
    const identity = hiddenIdentity(event)
    if (!identity) return
    const key = JSON.stringify([event.channel, event.account, identity.kind, identity.value])
    if ((remembered.get(key) ?? 0) > clock.now() || waiting.length >= options.maxWaiting) return
    remember(key, Number.POSITIVE_INFINITY)
    waiting.push({ key, channel, account: event.account, identity })
    startNext()
  }

  function remember(key: string, until: number): void {
    remembered.delete(key)
    remembered.set(key, until)
    if (remembered.size <= mostRemembered) return
    const [oldest] = remembered.keys()
    if (oldest !== undefined) remembered.delete(oldest)
  }

  function startNext(): void {
    while (running.size < options.concurrency) {
      const task = waiting.shift()
      if (!task) return
      const run: Promise<void> = lookUp(task).finally(() => {
        running.delete(run)
        startNext()
      })
      running.add(run)
    }
  }

  /** Never rejects. */
  async function lookUp(task: Task): Promise<void> {
    let learnt = false
    try {
      learnt = await learn(task, dependencies, stopping.signal)
    } catch (error) {
      if (!stopping.signal.aborted) emit('error', error, 'looking an address up')
    }
    if (!learnt) remember(task.key, clock.now() + options.againMs)
  }

  return {
    consider,
    async stop() {
      waiting.length = 0
      if (!stopping.signal.aborted) {
        stopping.abort(new SwitchboardError('stopped', 'the bot is stopping: ask again later'))
      }
      await Promise.all(running)
    },
  }
}

/** Asks, several times if need be. Returns whether another address of the person is known now. */
async function learn(task: Task, dependencies: LookUpDependencies, stopped: AbortSignal): Promise<boolean> {
  const { clock, random, accept, options } = dependencies
  const { channel, account, identity } = task
  for (let attempt = 1; ; attempt++) {
    try {
      const at = clock.now()
      const found = await ask(task, dependencies, stopped)
      const current = found.filter(({ kind, value }) => kind !== identity.kind || value !== identity.value)
      if (current.length === 0) return false
      await accept({ type: 'identity', channel: channel.name, account, previous: identity, current, at })
      return true
    } catch (error) {
      const final = SwitchboardError.is(error) && !error.retryable
      if (final || attempt >= options.maxAttempts || stopped.aborted) throw error
      const asked = SwitchboardError.is(error) ? error.retryAfterMs : undefined
      await pause(clock, backoffMs(attempt, options.backoff, random(), asked), stopped)
    }
  }
}

async function ask(
  { channel, account, identity }: Task,
  { clock, options }: LookUpDependencies,
  stopped: AbortSignal,
): Promise<readonly Identity[]> {
  using limit = deadline(clock, options.timeoutMs, `channel ${channel.name}`, stopped)
  const call = channel.lookUp?.(identity, { account, signal: limit.signal })
  // Awaited here: the limit ends with this function.
  return call ? await orAborted(call, limit.signal) : []
}

async function pause(clock: Clock, ms: number, stopped: AbortSignal): Promise<void> {
  let cancel: (() => void) | undefined
  const over = new Promise<void>(resolve => {
    cancel = clock.after(ms, resolve)
  })
  await orAborted(over, stopped).finally(() => cancel?.())
}

/** The first LID of a person of whom no phone is shown. A BSUID hides its phone for good: nobody can be asked. */
function hiddenIdentity(event: StoredEvent): Identity | undefined {
  const person = event.chat.kind === 'direct' ? event.chat.person : event.sender
  const identities = person?.identities ?? []
  if (identities.some(({ kind }) => kind === 'phone')) return undefined
  return identities.find(({ kind }) => kind === 'lid' || kind === 'jid')
}
