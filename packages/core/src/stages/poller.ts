import { SwitchboardError } from '../errors.js'
import type { Channel, Clock, Polled, Store } from '../ports/index.js'
import { backoffMs } from '../rules/index.js'
import { deadline, orAborted } from '../runtime/deadline.js'
import type { Emit } from '../runtime/events.js'
import { pause } from '../runtime/pause.js'
import type { ChannelEvent } from '../vocabulary/index.js'

export interface PollerDependencies {
  readonly channel: PolledChannel
  readonly store: Store
  readonly clock: Clock
  readonly emit: Emit
  readonly random: () => number
  /** Names this poller: no other one of any process has the same. */
  readonly owner: string
  /** The inbox: resolves when every event is committed. */
  accept(events: readonly ChannelEvent[]): Promise<void>
}

export type PolledChannel = Channel & Required<Pick<Channel, 'poll'>>

/** Asks one channel for what is new until it is disposed. */
export interface Poller extends AsyncDisposable {
  readonly channel: string
  /** By the clock of this process: when the first of the polls that have failed since the last good one did so. */
  readonly failingSince: number | undefined
}

const defaultPollMs = 5_000
/** The pause between polls while the channel has more right now. Not 0: a channel that always has more is still a guest. */
const backlogMs = 250
/** How long a channel may take to answer one poll. */
const timeoutMs = 30_000
const longestBackoffMs = 60_000
/**
 * How long the lease outlasts the pause between two polls, so how much longer nobody polls after a crash. A poll may take
 * longer: then another process may ask the same, which does no harm.
 */
const leaseBeyondMs = 10_000

export function isPolled(channel: Channel): channel is PolledChannel {
  return channel.poll !== undefined
}

/**
 * One poll at a time, one process at a time: the store has a lease, and keeps the cursor only for its holder. What is
 * polled twice all the same, after a crash between the commit and the cursor or while a lease changes hands, is found to
 * be a duplicate.
 */
export function startPoller(dependencies: PollerDependencies): Poller {
  const { channel, store, clock, emit, random, owner, accept } = dependencies
  const everyMs = channel.pollMs ?? defaultPollMs
  const lease = { channel: channel.name, owner, leaseMs: everyMs + leaseBeyondMs }
  const where = `polling ${channel.name}`
  const stop = new AbortController()
  let failures = 0
  let failingSince: number | undefined
  let holds = false

  /** Resolves to the pause before the next one. */
  async function poll(): Promise<number> {
    const turn = await store.claimPoll(lease)
    holds = turn !== undefined
    if (!turn || stop.signal.aborted) return everyMs
    const { events, cursor, more } = await ask(turn.cursor)
    await commit(events)
    await store.savePoll({ ...lease, cursor })
    return more ? Math.min(backlogMs, everyMs) : everyMs
  }

  async function ask(cursor: string | undefined): Promise<Polled> {
    using limit = deadline(clock, timeoutMs, `the channel ${channel.name}`, stop.signal)
    // Awaited here: the deadline lives only as long as this function runs.
    return await orAborted(channel.poll(cursor, { signal: limit.signal }), limit.signal)
  }

  async function commit(events: readonly ChannelEvent[]): Promise<void> {
    try {
      if (events.length > 0) await accept(events)
    } catch (error) {
      // No later poll would mend it, and everything behind it would wait for ever. All others are committed.
      if (!(SwitchboardError.is(error) && error.code === 'store_data')) throw error
      emit('error', error, where)
    }
  }

  async function pollOrBackOff(): Promise<number> {
    try {
      const pauseMs = await poll()
      failures = 0
      failingSince = undefined
      return pauseMs
    } catch (error) {
      if (stop.signal.aborted) return 0
      failures += 1
      failingSince ??= clock.now()
      emit('error', error, where)
      const backoff = { baseMs: everyMs, maxMs: Math.max(everyMs, longestBackoffMs) }
      const askedFor = SwitchboardError.is(error) ? error.retryAfterMs : undefined
      return backoffMs(failures, backoff, random(), askedFor)
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) await pause(clock, await pollOrBackOff(), stop.signal)
    // The next process need not wait for the end of the lease. If the store is away, it waits.
    if (holds) await store.savePoll({ ...lease, leaseMs: 0 }).catch(() => undefined)
  }

  const running = run()
  return {
    channel: channel.name,
    get failingSince() {
      return failingSince
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new SwitchboardError('stopped', 'the worker stops'))
      await running
    },
  }
}
