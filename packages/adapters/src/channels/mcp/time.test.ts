import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readServerTime, toWallClock } from './time.js'

const now = Date.UTC(2026, 8, 20)
const read = (value: unknown, timeZone = 'UTC') => readServerTime(value, timeZone, now)
const moment = Date.UTC(2026, 8, 10, 1, 46, 41)

test.each<[unknown, string | undefined]>([
  [1789004801, undefined],
  ['1789004801', undefined],
  [1789004801000, undefined],
  ['2026-09-10T01:46:41Z', undefined],
  ['2026-09-10T01:46:41+00:00', undefined],
  ['2026-09-10T03:46:41.000+0200', undefined],
  ['2026-09-10 01:46:41', undefined],
  ['2026-09-10T01:46:41.000000', undefined],
  ['2026-09-09T22:46:41', 'America/Sao_Paulo'],
  ['2026-09-10T07:16:41', 'Asia/Kolkata'],
])('%s in %s', (value, timeZone) => {
  expect(read(value, timeZone)).toBe(moment)
})

test('what cannot be right is no time', () => {
  const wrong = [
    '',
    'yesterday',
    '2026-02-31',
    '2026-09-10T25:00:00',
    '1999-01-01',
    '2031-01-01',
    {},
    null,
    Number.NaN,
  ]
  for (const value of wrong) expect(read(value)).toBeUndefined()
})

describe('zones', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  )

  test('a wall clock read back is the same moment, or the other one of the hour that comes twice', () => {
    const moments = fc.integer({ min: Date.UTC(2020, 0) / 1000, max: now / 1000 })
    fc.assert(
      fc.property(moments, zone, (seconds, timeZone) => {
        const time = seconds * 1000
        const written = toWallClock(time, timeZone)
        const back = readServerTime(written, timeZone, now) ?? 0
        expect(toWallClock(back, timeZone)).toBe(written)
        expect(Math.abs(back - time)).toBeLessThanOrEqual(3_600_000)
      }),
      { numRuns: 1_000 },
    )
  })

  test('nothing makes the reader throw', () => {
    fc.assert(
      fc.property(fc.anything(), zone, (value, timeZone) => void readServerTime(value, timeZone, now)),
    )
    const digits = fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$/)
    fc.assert(fc.property(digits, zone, (value, timeZone) => void readServerTime(value, timeZone, now)))
  })
})
