/** WhatsApp began in 2009: nothing in it is older. */
const oldest = Date.UTC(2009, 0, 1)
const day = 24 * 60 * 60 * 1000

/** Seconds until the year 5138, milliseconds since 1973: no time can be both. */
const firstMilliseconds = 1e11

/**
 * A provider's time in epoch milliseconds. They write seconds or milliseconds, whole or with a fraction, as numbers or as
 * text.
 *
 * @returns `undefined` for what cannot be right: no number, before 2009, over a day ahead
 */
export function readTime(value: unknown, now: number): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
  const time = Math.floor(number < firstMilliseconds ? number * 1000 : number)
  return time >= oldest && time <= now + day ? time : undefined
}
