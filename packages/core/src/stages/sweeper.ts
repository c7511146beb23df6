import type { Clock, Store, SweepOptions } from '../ports/index.js'
import type { Emit } from '../runtime/events.js'

export interface SweeperDependencies {
  readonly store: Store
  readonly clock: Clock
  readonly emit: Emit
  readonly everyMs: number
  readonly options: SweepOptions
  wake(conversationId: string, delayMs: number): void
  /** Looks for messages to send, now or later. */
  pump(): Promise<void>
  pumpAfter(ms: number): void
}

/** The pause between sweeps while more is due than one of them names, as after an outage. */
const backlogMs = 250

export interface Sweeper extends AsyncDisposable {
  /** By the clock of this process: when the last sweep that succeeded ended. */
  readonly lastSweptAt: number | undefined
}

/**
 * Finds in the store what no wake speaks for: wakes that were lost, messages left by a process that died, idle
 * conversations. The first sweep runs at once, so that a restart picks up where the last process stopped.
 */
export function startSweeper(dependencies: SweeperDependencies): Sweeper {
  const { store, clock, emit, everyMs, options, wake, pump, pumpAfter } = dependencies
  let lastSweptAt: number | undefined
  let stopped = false
  let cancelTimer: (() => void) | undefined
  let running = sweepAndRest()

  /** Returns whether more is due than one sweep names. */
  async function sweep(): Promise<boolean> {
    const result = await store.sweep(options)
    for (const { conversationId, dueInMs } of result.due) wake(conversationId, dueInMs)
    for (const change of result.handedBack) emit('handoff.changed', change)
    for (const report of result.unknown) {
      emit('message.unknown', { ...report, error: 'timeout: no answer was recorded in time' })
    }
    await pump()
    if (result.nextSendInMs !== null && result.nextSendInMs < everyMs) pumpAfter(result.nextSendInMs)
    lastSweptAt = clock.now()
    return result.due.length >= options.limit && result.due.at(-1)?.dueInMs === 0
  }

  async function sweepAndRest(): Promise<void> {
    let more = false
    try {
      more = await sweep()
    } catch (error) {
      emit('error', error, 'sweeping')
    }
    if (stopped) return
    cancelTimer = clock.after(more ? Math.min(everyMs, backlogMs) : everyMs, () => {
      running = sweepAndRest()
    })
  }

  return {
    get lastSweptAt() {
      return lastSweptAt
    },
    async [Symbol.asyncDispose]() {
      stopped = true
      cancelTimer?.()
      await running
    },
  }
}
