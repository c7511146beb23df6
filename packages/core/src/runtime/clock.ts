import type { Clock, GenerateId } from '../ports/index.js'

/** Longer timers fire at once in JavaScript (2³¹ − 1 ms): a time-out of a year would be one of a millisecond. */
export const longestTimerMs = 2 ** 31 - 1

/** The real time of this process. A waiting callback keeps the process alive until it is cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longestTimerMs))
    return () => clearTimeout(timer)
  },
}

/** Random UUIDs: unique across processes without asking anybody. */
export const randomId: GenerateId = () => globalThis.crypto.randomUUID()
