const longestWait = 24 * 60 * 60 * 1000

/** A `Retry-After` header in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3), a day at most. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  const wait = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : readDate(text) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWait)
}

/** A date begins with a day of the week. `Date.parse` takes `-5` and `3 s` for dates too. */
function readDate(text: string): number {
  return /^[a-z]{3,9},? /i.test(text) ? Date.parse(text) : Number.NaN
}
