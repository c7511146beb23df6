import type { Clock, RateBucket, RateLimiter } from '../ports/index.js'
import { systemClock } from './clock.js'

export interface InProcessRateLimiterOptions {
  readonly clock?: Clock
}

interface Bucket {
  /** When the bucket would be full again, if nobody took anything. */
  fullAt: number
  pausedUntil: number
}

/** Below this many buckets nobody looks for those that are full. */
const leastToTidy = 1_024

/** No place is given further ahead: what is known beyond that comes from a clock that was set back. */
const mostAheadMs = 60_000

/**
 * Rates for one process. Several processes on one account keep the rate each for itself: then pass a limiter that they
 * share, `redisRateLimiter` of `@switchboard/storage/redis` say, or let the channel declare a share of the rate.
 *
 * One number a bucket (the "generic cell rate algorithm"); a full bucket is as good as none and is forgotten.
 */
export function inProcessRateLimiter({ clock = systemClock }: InProcessRateLimiterOptions = {}): RateLimiter {
  const buckets = new Map<string, Bucket>()
  let tidyAt = leastToTidy

  function bucketOf(key: string): Bucket {
    const known = buckets.get(key)
    if (known) return known
    if (buckets.size >= tidyAt) tidy()
    const bucket = { fullAt: 0, pausedUntil: 0 }
    buckets.set(key, bucket)
    return bucket
  }

  function tidy(): void {
    const now = clock.now()
    for (const [key, { fullAt, pausedUntil }] of buckets) {
      if (fullAt <= now && pausedUntil <= now) buckets.delete(key)
    }
    tidyAt = Math.max(leastToTidy, 2 * buckets.size)
  }

  return {
    take(wanted, maxWaitMs) {
      const now = clock.now()
      const waits = wanted.map(bucket => openAt(buckets.get(bucket.key), bucket, now) - now)
      const waitMs = Math.ceil(Math.max(0, ...waits))
      if (waitMs > Math.min(maxWaitMs, mostAheadMs)) return { granted: false, waitMs }
      for (const { key, limit } of wanted) {
        if (!limit) continue
        const bucket = bucketOf(key)
        // From its own opening on, also when another bucket opens later: who waits for one person must not hold up the account.
        bucket.fullAt = Math.max(bucket.fullAt, bucket.pausedUntil, now) + limit.everyMs
      }
      return { granted: true, waitMs }
    },
    pause(key, ms) {
      const bucket = bucketOf(key)
      bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.now() + ms)
    },
  }
}

/** When the bucket gives something again. */
function openAt(bucket: Bucket | undefined, { limit }: RateBucket, now: number): number {
  if (!bucket) return now
  if (!limit) return bucket.pausedUntil
  const fullMs = limit.burst * limit.everyMs
  // No bucket can be emptier than this, unless the clock was set back: then nobody waits for the old time.
  bucket.fullAt = Math.min(bucket.fullAt, now + fullMs + mostAheadMs)
  return Math.max(bucket.pausedUntil, bucket.fullAt - fullMs + limit.everyMs)
}
