/** How fast messages may go: `burst` at once, then one more every `everyMs` milliseconds. Fractions are fine. */
export interface RateLimit {
  /** At least 1. */
  readonly burst: number
  /** 0 or more. */
  readonly everyMs: number
}

/** What a provider allows before it complains. */
export interface SendLimits {
  /** All messages of one account together. */
  readonly account?: RateLimit
  /** The messages of one account to one recipient. */
  readonly recipient?: RateLimit
}

/** Something that is used at a limited rate. Without `limit` it is held up by pauses only. */
export interface RateBucket {
  readonly key: string
  readonly limit?: RateLimit
}

export interface RateGrant {
  /** Whether a place was taken in every bucket. */
  readonly granted: boolean
  /** Whole milliseconds. When granted: go after this time, 0 is now. Otherwise: ask again after this time. */
  readonly waitMs: number
}

/** Keeps rates. Places are given in the order of the calls. Losing everything it knows costs refusals, never a message. */
export interface RateLimiter {
  /**
   * Takes a place in every bucket, or in none when the latest of them would be more than `maxWaitMs` away. A limiter may
   * refuse what is more than a minute away in any case.
   */
  take(buckets: readonly RateBucket[], maxWaitMs: number): RateGrant | Promise<RateGrant>
  /** Gives nothing more out of this bucket for this time: the other side asked for it. */
  pause(key: string, ms: number): void | Promise<void>
}
