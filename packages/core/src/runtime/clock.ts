import type { Clock, GenerateId } from '../ports/index.js'

/** The real time of this process. A waiting callback keeps the process alive until it is cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** Random UUIDs: unique across processes without asking anybody. */
export const randomId: GenerateId = () => globalThis.crypto.randomUUID()
