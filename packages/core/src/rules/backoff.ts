export interface BackoffPolicy {
  /** Wait after the first failure, in milliseconds. */
  readonly baseMs: number
  /** The longest wait. */
  readonly maxMs: number
}

/** A longer wait than a day is a mistake of the other side: what waits for years is lost. */
const longestAskedMs = 24 * 60 * 60_000

/** A wait that the other side asked for, in milliseconds. What is no time, or absurd, is not heeded as it stands. */
export function askedWaitMs(retryAfterMs: number | undefined): number {
  return Math.min(Math.max(retryAfterMs || 0, 0), longestAskedMs)
}

/**
 * How long to wait after the `attempt`th failure (1, 2, …): doubling from `baseMs` up to `maxMs`, the last quarter of it
 * random so that many failures do not return together. A wait that the other side asked for, a day at most, is the least.
 *
 * @param random in [0, 1)
 */
export function backoffMs(
  attempt: number,
  policy: BackoffPolicy,
  random: number,
  retryAfterMs?: number,
): number {
  const full = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1))
  return Math.max(Math.round(full * (0.75 + random / 4)), askedWaitMs(retryAfterMs))
}
