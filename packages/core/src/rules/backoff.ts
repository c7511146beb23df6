export interface BackoffPolicy {
  /** Wait after the first failure, in milliseconds. */
  readonly baseMs: number
  /** The longest wait. */
  readonly maxMs: number
}

/**
 * How long to wait after the `attempt`th failure (1, 2, …): doubling from `baseMs` up to `maxMs`, the last quarter of it
 * random so that many failures do not return together. A wait that the other side asked for is the least.
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
  return Math.max(Math.round(full * (0.75 + random / 4)), retryAfterMs ?? 0)
}
