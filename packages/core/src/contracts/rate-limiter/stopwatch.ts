import type { RateBucket, RateGrant, RateLimit, RateLimiter } from '../../ports/index.js'
import { between, equal, ok, show } from '../assert.js'

/** What a rate limiter's author gives for each case. */
export interface RateLimiterHarness {
  /** It knows nothing yet, and shares nothing with the limiters of other cases. */
  readonly limiter: RateLimiter
  /** The time by which the limiter reckons, in milliseconds. */
  now(): number | Promise<number>
  /** Lets it go on by at least that much: a fake clock, or waiting. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

/**
 * A limiter under test. Its time may go on while a case runs, so what is expected of a wait counts from the start: with
 * a clock that stands still it must be met exactly.
 */
export interface Stopwatch extends Pick<RateLimiterHarness, 'advance'> {
  readonly limiter: RateLimiter
  now(): Promise<number>
  /** Takes a place, and checks that the answer is one. */
  take(buckets: readonly RateBucket[], maxWaitMs?: number): Promise<RateGrant>
  /** Takes it, and expects it at once. */
  takeNow(buckets: readonly RateBucket[], what: string): Promise<void>
  /** Takes it, and expects it after that time, reckoned from the start of the case. */
  takeAhead(buckets: readonly RateBucket[], maxWaitMs: number, waitMs: number, what: string): Promise<void>
  /** Asks for it, and expects to be sent away for that time, reckoned from the start of the case. */
  refused(buckets: readonly RateBucket[], maxWaitMs: number, waitMs: number, what: string): Promise<void>
}

/** Cases by their sentence. */
export type RateLimiterTests = Readonly<Record<string, (stopwatch: Stopwatch) => Promise<void>>>

export function bucket(key: string, limit?: RateLimit): RateBucket {
  return { key, ...(limit && { limit }) }
}

/** A minute: how far ahead every limiter gives places, when it is asked to. */
const farAheadMs = 60_000

export async function withStopwatch(
  { limiter, now, advance, close }: RateLimiterHarness,
  test: (stopwatch: Stopwatch) => Promise<void>,
): Promise<void> {
  const start = await now()

  async function take(buckets: readonly RateBucket[], maxWaitMs = 0): Promise<RateGrant> {
    const grant = await limiter.take(buckets, maxWaitMs)
    const { granted, waitMs } = grant
    ok(Number.isInteger(waitMs) && waitMs >= 0, `a wait is a whole number of milliseconds: ${show(grant)}`)
    const within = waitMs <= Math.min(maxWaitMs, farAheadMs)
    ok(granted ? waitMs <= maxWaitMs : !within, `granted when it is near enough: ${show(grant)}`)
    return grant
  }

  /** Rounding up to whole milliseconds adds less than one. */
  async function near(actual: RateGrant, granted: boolean, waitMs: number, what: string): Promise<void> {
    equal(actual.granted, granted, `${what}: granted, wait ${actual.waitMs}`)
    const gone = Math.ceil((await now()) - start)
    between(actual.waitMs, Math.max(0, waitMs - gone), waitMs + 1, `${what}: the wait`)
  }

  const stopwatch: Stopwatch = {
    limiter,
    now: async () => now(),
    advance: ms => advance(ms),
    take,
    async takeNow(buckets, what) {
      equal(await take(buckets), { granted: true, waitMs: 0 }, what)
    },
    takeAhead: async (buckets, maxWaitMs, waitMs, what) =>
      near(await take(buckets, maxWaitMs), true, waitMs, what),
    refused: async (buckets, maxWaitMs, waitMs, what) =>
      near(await take(buckets, maxWaitMs), false, waitMs, what),
  }
  try {
    await test(stopwatch)
  } finally {
    await close()
  }
}
