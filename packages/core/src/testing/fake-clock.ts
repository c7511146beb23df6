import { SwitchboardError } from '../errors.js'
import type { Clock } from '../ports/index.js'
import { settle } from './settle.js'

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /**
   * Moves time forward by `ms`, calling back everything that falls due on the way, in order and at its own time. Before
   * the first callback and after each one, promises settle, so what they schedule within the span is called back too.
   * Work that waits for real I/O is not waited for.
   *
   * @throws what a callback throws; the rest stays scheduled
   */
  advance(ms: number): Promise<void>
  /** How many callbacks wait. */
  readonly pending: number
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/**
 * Time under a test's control.
 *
 * @param start epoch milliseconds. Default 1 January 2026, 12:00 UTC
 * @example
 * const clock = fakeClock()
 * clock.after(8_000, () => console.log('due'))
 * await clock.advance(8_000)
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1, 12)): FakeClock {
  // A Set keeps the order of scheduling, which decides between timers of the same moment.
  const timers = new Set<Timer>()
  let now = start
  let moving: Promise<void> = Promise.resolve()

  async function move(ms: number): Promise<void> {
    const end = now + ms
    await settle()
    for (let timer = earliest(timers, end); timer; timer = earliest(timers, end)) {
      timers.delete(timer)
      now = Math.max(now, timer.at)
      timer.callback()
      await settle()
    }
    now = end
  }

  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    advance(ms) {
      if (!(Number.isFinite(ms) && ms >= 0)) {
        const problem = new SwitchboardError('invalid_input', `fakeClock: time cannot move by ${ms} ms`)
        return Promise.reject(problem)
      }
      const moved = moving.then(() => move(ms))
      moving = moved.catch(() => {})
      return moved
    },
    get pending() {
      return timers.size
    },
  }
}

function earliest(timers: ReadonlySet<Timer>, end: number): Timer | undefined {
  let found: Timer | undefined
  for (const timer of timers) {
    if (timer.at <= end && (found === undefined || timer.at < found.at)) found = timer
  }
  return found
}
