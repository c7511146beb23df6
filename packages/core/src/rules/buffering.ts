import type { BufferPolicy } from '../ports/index.js'

/** The state of a burst in the making. Times are epoch milliseconds of one clock. */
export interface Burst {
  readonly now: number
  /** When its first message was committed. */
  readonly startedAt: number
  /** Messages in it. */
  readonly count: number
}

/**
 * When a burst is due: each message restarts the quiet window, the maximum wait is never exceeded, and the maximum
 * count ends it at once.
 */
export function burstDueAt(burst: Burst, policy: BufferPolicy): number {
  if (burst.count >= policy.maxCount) return burst.now
  const quiet = burst.now + policy.quietMs
  const latest = burst.startedAt + policy.maxWaitMs
  return Math.max(burst.now, Math.min(quiet, latest))
}
