import { readTime } from '../../webhook/time.js'

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i

/**
 * A server's time in epoch milliseconds: seconds or milliseconds as number or text, or ISO 8601 with or without a zone.
 *
 * @param timeZone of times that name none; an IANA name
 * @returns `undefined` for what cannot be right
 */
export function readServerTime(value: unknown, timeZone: string, now: number): number | undefined {
  const parts = typeof value === 'string' ? iso.exec(value.trim()) : null
  return readTime(parts ? fromParts(parts, timeZone) : value, now)
}

function fromParts(parts: RegExpExecArray, timeZone: string): number | undefined {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(part => Number(part ?? 0)) as Six
  const fraction = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1000)
  const written = Date.UTC(year, month - 1, day, hour, minute, second, fraction)
  // `Date.UTC` turns the 31st of February into a day of March.
  const date = new Date(written)
  if (
    date.getUTCMonth() !== month - 1 ||
    date.getUTCDate() !== day ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  ) {
    return undefined
  }
  const zone = parts[8]?.toUpperCase()
  if (zone === undefined) return fromWallClock(written, timeZone)
  if (zone === 'Z') return written
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return written - (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

type Six = [number, number, number, number, number, number]

/** `2026-09-10T01:46:41`: what a clock in that zone shows, without naming the zone. */
export function toWallClock(time: number, timeZone: string): string {
  return new Date(time + offsetAt(time, timeZone)).toISOString().slice(0, 19)
}

/** An hour that a zone has twice is taken for its first. */
function fromWallClock(written: number, timeZone: string): number {
  const guess = written - offsetAt(written, timeZone)
  const earlier = written - offsetAt(guess - 3_600_000, timeZone)
  return earlier + offsetAt(earlier, timeZone) === written ? earlier : written - offsetAt(guess, timeZone)
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** How much later the zone's clocks show than UTC's, in milliseconds. */
function offsetAt(time: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  let format = formats.get(timeZone)
  if (!format) {
    const numeric = 'numeric'
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    })
    formats.set(timeZone, format)
  }
  const shown = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  const whole = Math.floor(time / 1000) * 1000
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole
}
