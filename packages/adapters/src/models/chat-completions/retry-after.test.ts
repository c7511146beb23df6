import { describe, expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.js'

const now = Date.UTC(2026, 5, 1, 12, 0, 0)

describe('retryAfterMs', () => {
  it.each([
    [{}, undefined],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '0.2501' }, 251],
    [{ 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 01 Jun 2026 11:59:30 GMT' }, 0],
    [{ 'retry-after-ms': '1500' }, 1_500],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    [{ 'retry-after-ms': 'soon', 'retry-after': '9' }, 9_000],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
  ])('%j: %s', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), now)).toBe(expected)
  })

  it.each([[undefined], [null], ['7'], [{}], [{ get: 7 }], [{ get: () => 7 }]])(
    'takes %j for no headers',
    value => {
      expect(retryAfterMs(value, now)).toBeUndefined()
    },
  )
})
