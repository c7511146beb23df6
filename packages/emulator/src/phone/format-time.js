const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: 'long' })
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
const SHORT_DATE = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' })
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const DAY_MS = 24 * 60 * 60 * 1000

// A webhook may carry any number as its time; beyond this Date has no answer.
const isTime = (/** @type {number} */ time) => Math.abs(time) <= 8.64e15

/** @param {number} time */
export const clockTime = time => (isTime(time) ? CLOCK.format(time) : '–')

/** @param {number} time */
export const fullTime = time => (isTime(time) ? FULL.format(time) : String(time))

/** @param {number} time */
export const dayKey = time => (isTime(time) ? new Date(time).toDateString() : 'no time')

/**
 * `Today`, `Yesterday`, the weekday within a week, or the date.
 *
 * @param {number} time
 * @param {number} now
 */
export function dayLabel(time, now) {
  const days = daysBetween(time, now)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days > 1 && days < 7) return WEEKDAY.format(time)
  return isTime(time) ? DATE.format(time) : 'At no known time'
}

/**
 * As in a list of chats: the time today, then `Yesterday`, the weekday, the date.
 *
 * @param {number} time
 * @param {number} now
 */
export function listTime(time, now) {
  const days = daysBetween(time, now)
  if (days === 0) return clockTime(time)
  if (days > 0 && days < 7) return dayLabel(time, now)
  return isTime(time) ? SHORT_DATE.format(time) : '–'
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Number.isFinite(seconds) ? Math.round(seconds) : 0
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/**
 * Days on the calendar, not spans of 24 hours.
 *
 * @param {number} time
 * @param {number} now
 */
function daysBetween(time, now) {
  if (!isTime(time)) return Number.NaN
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / DAY_MS)
}
