/** Every timer of one emulator, so that `close()` leaves none behind. */
export interface Timers {
  /** Runs the task after `ms`; never once closed. */
  schedule(ms: number, task: () => void): void
  /** Resolves true after `ms`, or false as soon as the emulator closes. `ms` may be Infinity. */
  wait(ms: number): Promise<boolean>
  close(): void
}

export function createTimers(): Timers {
  const open = new Map<NodeJS.Timeout, () => void>()
  const sleepers = new Set<() => void>()
  let closed = false

  function arm(ms: number, task: () => void, cancelled: () => void): void {
    const timer = setTimeout(() => {
      open.delete(timer)
      task()
    }, ms)
    open.set(timer, cancelled)
  }

  return {
    schedule(ms, task) {
      if (!closed) arm(ms, task, () => {})
    },
    wait(ms) {
      if (closed) return Promise.resolve(false)
      return new Promise(resolve => {
        if (ms === Number.POSITIVE_INFINITY) sleepers.add(() => resolve(false))
        else
          arm(
            ms,
            () => resolve(true),
            () => resolve(false),
          )
      })
    },
    close() {
      closed = true
      for (const [timer, cancelled] of open) {
        clearTimeout(timer)
        cancelled()
      }
      open.clear()
      for (const wake of sleepers) wake()
      sleepers.clear()
    },
  }
}
