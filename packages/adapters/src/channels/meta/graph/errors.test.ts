import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharesRun } from '../../../http/leak.js'
import { readRetryAfter } from '../../../http/retry-after.js'
import { asFields } from '../../../values.js'
import { refusalOfCode, refusalOfStatus } from './error-codes.js'
import { errorOfAnswer } from './errors.js'

const now = Date.UTC(2026, 4, 4, 10)

const answerWith = (content: unknown, status: number, retryAfter?: string) => ({
  status,
  header: (name: string) => (name === 'retry-after' ? retryAfter : undefined),
  body: new Uint8Array(),
  truncated: false,
  content,
})

describe('codes', () => {
  test.each([
    [0, 'auth', false, undefined],
    [3, 'auth', false, undefined],
    [10, 'auth', false, undefined],
    [190, 'auth', false, undefined],
    [200, 'auth', false, undefined],
    [299, 'auth', false, undefined],
    [100, 'message', false, undefined],
    [368, 'account', false, undefined],
    [2, 'message', true, undefined],
    [131000, 'message', true, undefined],
    [131016, 'message', true, undefined],
    [4, 'account', true, 60_000],
    [80007, 'account', true, 60_000],
    [130429, 'account', true, 1_000],
    [131057, 'account', true, 60_000],
    [131056, 'recipient', true, 6_000],
    [131026, 'recipient', false, undefined],
    [131030, 'recipient', false, undefined],
    [131049, 'recipient', false, undefined],
    [131062, 'recipient', false, undefined],
    [131047, 'window', false, undefined],
    [132069, 'message', true, 360_000],
  ])('%i concerns the %s, retryable %s, after %s ms', (code, scope, retryable, retryAfterMs) => {
    const refusal = refusalOfCode(code)
    expect(refusal).toMatchObject({ scope, retryable })
    expect(refusal?.retryAfterMs).toBe(retryAfterMs)
    expect(refusal?.advice).toMatch(/^[A-Z].*\.$/)
  })

  test('that are new are left to the status', () => {
    for (const code of [-1, 199, 300, 131999, Number.MAX_SAFE_INTEGER])
      expect(refusalOfCode(code)).toBeUndefined()
    expect(refusalOfStatus(403).scope).toBe('auth')
    expect(refusalOfStatus(429)).toMatchObject({ scope: 'account', retryable: true })
  })
})

test('no body of an error makes it throw', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 599 }),
      fc.jsonValue(),
      fc.string(),
      (status, error, retryAfter) => {
        const body = asFields(error) ? { error } : asFields(error)
        const outcome = errorOfAnswer(answerWith(body, status, retryAfter), { secrets: ['a secret'], now })
        expect(outcome === undefined).toBe(body === undefined && status >= 200 && status < 300)
      },
    ),
  )
})

test('an error says what to do, and what Meta says', () => {
  const body = {
    error: {
      code: 100,
      message: '(#100) Invalid',
      error_data: { details: 'Param x\n is long' },
      fbtrace_id: 'T1',
    },
  }
  expect(errorOfAnswer(answerWith(body, 400), { secrets: [], now })?.message).toBe(
    'Meta refused (error 100): A parameter is invalid: correct the message. Meta says: Param x is long Trace: T1',
  )
})

test('a text shares a run with a secret', () => {
  expect(sharesRun('Malformed access token EAAGsample0123', 'EAAGsample0123456789')).toBe(true)
  expect(sharesRun('it said "see you at NOON tomorrow"', 'See you at noon tomorrow then')).toBe(true)
  expect(sharesRun('the short one: code', 'code')).toBe(true)
  expect(sharesRun('Session has expired on Friday', 'EAAGsample0123456789')).toBe(false)
  expect(sharesRun('any text', 'x')).toBe(false)
  expect(sharesRun('', 'a secret')).toBe(false)
})

test('Retry-After', () => {
  expect(readRetryAfter('3', now)).toBe(3_000)
  expect(readRetryAfter('0', now)).toBe(0)
  expect(readRetryAfter(new Date(now + 90_000).toUTCString(), now)).toBe(90_000)
  expect(readRetryAfter(new Date(now - 90_000).toUTCString(), now)).toBe(0)
  expect(readRetryAfter('999999999999', now)).toBe(86_400_000)
  expect(readRetryAfter(' 1.5 ', now)).toBe(1_500)
  for (const useless of [undefined, '', ' ', 'soon', '-x', '-5', '3 s', '1e12', '1, 2'])
    expect(readRetryAfter(useless, now)).toBeUndefined()
})
