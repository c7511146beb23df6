import type { Channel, Clock, GenerateId, Queue, Store } from '../ports/index.js'
import type { Emit } from '../runtime/events.js'
import type { Leases } from '../runtime/leases.js'
import type { Inbox } from '../stages/inbox.js'
import type { Outbox } from '../stages/outbox/outbox.js'
import { isPolled, type Poller, startPoller } from '../stages/poller.js'
import { type Sweeper, startSweeper } from '../stages/sweeper.js'
import type { TurnStage } from '../stages/turn/turn.js'
import { waitForStore } from './wait-for-store.js'

export interface WorkerDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly inbox: Inbox
  readonly queue: Queue
  readonly turns: TurnStage
  readonly outbox: Outbox
  readonly leases: Leases
  readonly store: Store
  readonly clock: Clock
  readonly emit: Emit
  readonly sweepMs: number
  readonly random: () => number
  readonly generateId: GenerateId
  wake(conversationId: string, delayMs: number): void
  ready(): Promise<void>
}

/** How many due conversations one sweep names. */
const sweepLimit = 1_000

/** Answers conversations until it is disposed. While the store is away it waits for it. */
export interface Worker extends AsyncDisposable {
  /** Ends the work: no new turn starts, running ones have `graceMs` (default 10 000) before they are interrupted. */
  stop(graceMs?: number): Promise<void>
  /** When the store was last searched for work, by the clock of this process. */
  readonly lastSweptAt: number | undefined
  /** The channels whose polls fail at present, with the time since when, by the clock of this process. */
  readonly failingPolls: readonly { readonly channel: string; readonly since: number }[]
}

/** The worker of this process: at most one at a time, since its stages and its queue are shared. */
export interface Workers {
  /** Starts one, or gives the one that runs already. A new one waits for the end of the one before. */
  start(): Worker
  /** Resolves when none runs. */
  stop(graceMs?: number): Promise<void>
  /** The one that runs. */
  readonly current: Worker | undefined
}

export function createWorkers(dependencies: WorkerDependencies): Workers {
  let current: Worker | undefined
  let ended: Promise<void> = Promise.resolve()

  function start(): Worker {
    const before = ended.catch(() => undefined)
    const ready = () => before.then(dependencies.ready)
    return startWorker({ ...dependencies, ready }, ending => {
      current = undefined
      ended = ending
    })
  }

  return {
    start() {
      current ??= start()
      return current
    },
    stop: graceMs => current?.stop(graceMs) ?? ended,
    get current() {
      return current
    },
  }
}

function startWorker(dependencies: WorkerDependencies, onStop: (ending: Promise<void>) => void): Worker {
  const { queue, turns, outbox, leases, clock, emit, sweepMs, ready } = dependencies
  let running: AsyncDisposable | undefined
  let sweeper: Sweeper | undefined
  let pollers: readonly Poller[] = []
  let stopping: Promise<void> | undefined

  // Webhooks may connect a store that comes late: somebody has to answer what they bring.
  const store = waitForStore(ready, sweepMs, clock, error => emit('error', error, 'starting to work'))
  const started = store.over.then(there => {
    if (!there) return
    outbox.start()
    running = queue.work(wake => turns.handle(wake))
    sweeper = startSweeper({
      ...dependencies,
      everyMs: sweepMs,
      options: { limit: sweepLimit, horizonMs: 2 * sweepMs },
      pump: outbox.pump,
      pumpAfter: outbox.pumpAfter,
    })
    pollers = startPollers(dependencies)
  })

  async function stop(graceMs: number): Promise<void> {
    store.giveUp()
    await started
    await Promise.all(pollers.map(poller => poller[Symbol.asyncDispose]()))
    outbox.stop()
    await sweeper?.[Symbol.asyncDispose]()
    const cancel = clock.after(graceMs, () => leases.revokeAll(new Error('the worker stops')))
    await running?.[Symbol.asyncDispose]()
    await outbox.idle()
    cancel()
  }

  return {
    stop(graceMs = 10_000) {
      if (!stopping) {
        stopping = stop(graceMs)
        onStop(stopping)
      }
      return stopping
    },
    [Symbol.asyncDispose]() {
      return this.stop()
    },
    get lastSweptAt() {
      return sweeper?.lastSweptAt
    },
    get failingPolls() {
      return pollers.flatMap(({ channel, failingSince: since }) =>
        since === undefined ? [] : { channel, since },
      )
    },
  }
}

function startPollers(dependencies: WorkerDependencies): readonly Poller[] {
  const { channels, inbox, generateId } = dependencies
  return [...channels.values()]
    .filter(isPolled)
    .map(channel => startPoller({ ...dependencies, channel, owner: generateId(), accept: inbox.accept }))
}
