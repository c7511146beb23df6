import { expect, test } from 'vitest'
import { clockTime, dayKey, dayLabel, duration, fullTime, listTime } from './format-time.js'

const at = (text: string): number => new Date(text).getTime()
const now = at('2025-11-21T09:30:00')

test('days are days of the calendar, not spans of 24 hours', () => {
  expect(dayLabel(at('2025-11-21T00:00:01'), now)).toBe('Today')
  expect(dayLabel(at('2025-11-20T23:59:59'), now)).toBe('Yesterday')
  expect(dayLabel(at('2025-11-16T12:00:00'), now)).toBe('Sunday')
  expect(dayLabel(at('2025-11-14T12:00:00'), now)).toContain('2025')
  expect(dayLabel(at('2025-11-22T12:00:00'), now)).toContain('2025')
  expect(dayKey(at('2025-11-21T00:00:01'))).toBe(dayKey(now))
})

test('the list shows the time today, then the day, then the date', () => {
  expect(listTime(now, now)).toBe(clockTime(now))
  expect(listTime(at('2025-11-20T12:00:00'), now)).toBe('Yesterday')
  expect(listTime(at('2025-10-01T12:00:00'), now)).toMatch(/\d+.\d+.\d+/)
})

test.each([1e20, -1e20, Number.NaN, Number.POSITIVE_INFINITY])(
  'an absurd time (%d) is shown as none',
  time => {
    expect(clockTime(time)).toBe('–')
    expect(listTime(time, now)).toBe('–')
    expect(dayLabel(time, now)).toBe('At no known time')
    expect(() => [fullTime(time), dayKey(time)]).not.toThrow()
  },
)

test('durations', () => {
  expect([0, 6.6, 60, 754, Number.NaN].map(duration)).toEqual(['0:00', '0:07', '1:00', '12:34', '0:00'])
})
