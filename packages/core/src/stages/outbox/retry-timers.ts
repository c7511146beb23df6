import type { Clock } from '../../ports/index.js'

/** How far apart looks for due retries are at least. */
const grainMs = 20

/** Timers that ask for a look at the store. Retries that are due at nearly the same time share one. */
export interface RetryTimers {
  after(ms: number): void
  stop(): void
}

export function createRetryTimers(clock: Clock, look: () => void): RetryTimers {
  const timers = new Map<number, () => void>()
  return {
    after(ms) {
      const dueAt = Math.ceil((clock.now() + ms) / grainMs) * grainMs
      if (timers.has(dueAt)) return
      const cancel = clock.after(dueAt - clock.now(), () => {
        timers.delete(dueAt)
        look()
      })
      timers.set(dueAt, cancel)
    },
    stop() {
      for (const cancel of timers.values()) cancel()
      timers.clear()
    },
  }
}
