import type { Clock, Queue, Store } from '../ports/index.js'
import type { Emit } from '../runtime/events.js'
import type { Leases } from '../runtime/leases.js'
import type { Outbox } from '../stages/outbox/outbox.js'
import { type Sweeper, startSweeper } from '../stages/sweeper.js'
import type { TurnStage } from '../stages/turn/turn.js'

export interface WorkerDependencies {
  readonly queue: Queue
  readonly turns: TurnStage
  readonly outbox: Outbox
  readonly leases: Leases
  readonly store: Store
  readonly clock: Clock
  readonly emit: Emit
  readonly sweepMs: number
  wake(conversationId: string, delayMs: number): void
  ready(): Promise<void>
}

/** How many due conversations one sweep names. */
const sweepLimit = 1_000

/** Answers conversations until it is disposed. */
export interface Worker extends AsyncDisposable {
  /** Ends the work: no new turn starts, running ones have `graceMs` (default 10 000) before they are interrupted. */
  stop(graceMs?: number): Promise<void>
  /** When the store was last searched for work, by the clock of this process. */
  readonly lastSweptAt: number | undefined
}

export function startWorker(dependencies: WorkerDependencies): Worker {
  const { queue, turns, outbox, leases, clock, sweepMs, ready } = dependencies
  let running: AsyncDisposable | undefined
  let sweeper: Sweeper | undefined
  let stopping: Promise<void> | undefined

  const started = ready().then(
    () => {
      if (stopping) return
      running = queue.work(wake => turns.handle(wake))
      sweeper = startSweeper({
        ...dependencies,
        everyMs: sweepMs,
        options: { limit: sweepLimit, horizonMs: 2 * sweepMs },
        pump: outbox.pump,
        pumpAfter: outbox.pumpAfter,
      })
    },
    // Whoever needs the store is told by `ready` itself; without a store there is nothing to work on.
    () => undefined,
  )

  async function stop(graceMs: number): Promise<void> {
    await started
    outbox.stop()
    await sweeper?.[Symbol.asyncDispose]()
    const cancel = clock.after(graceMs, () => leases.revokeAll(new Error('the worker stops')))
    await running?.[Symbol.asyncDispose]()
    await outbox.idle()
    cancel()
  }

  return {
    stop(graceMs = 10_000) {
      stopping ??= stop(graceMs)
      return stopping
    },
    [Symbol.asyncDispose]() {
      return this.stop()
    },
    get lastSweptAt() {
      return sweeper?.lastSweptAt
    },
  }
}
