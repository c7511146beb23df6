/** WhatsApp began in 2009: nothing in it is older. */
const oldest = Date.UTC(2009, 0, 1)
const day = 24 * 60 * 60 * 1000

/**
 * A time of Meta's in epoch milliseconds. Messages and statuses carry seconds as a string, some other objects as a
 * number (Meta, webhooks overview).
 *
 * @returns `undefined` for what cannot be right: no whole seconds, before 2009, over a day ahead (as milliseconds would be)
 */
export function readTime(value: unknown, now: number): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) return undefined
  const time = seconds * 1000
  return time >= oldest && time <= now + day ? time : undefined
}
