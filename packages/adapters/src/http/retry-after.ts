const longestWait = 24 * 60 * 60 * 1000

/** A `Retry-After` header in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3), a day at most. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (!value) return undefined
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWait)
}
