import { describe, expect, it } from 'vitest'
import { errorInBody, toModelError } from './errors.js'

const endpoint = { provider: 'openai', keyVariable: 'OPENAI_API_KEY', model: 'tea-1' }
const convert = (error: unknown) => toModelError(error, endpoint, 0)
const withStatus = (status: number, error: unknown = {}, headers?: unknown) =>
  Object.assign(new Error('the words of the provider'), { status, error, headers })

describe('toModelError', () => {
  it('names code and parameter', () => {
    const error = convert(
      withStatus(400, { code: 'unsupported_value', type: 'invalid', param: 'messages[0].role' }),
    )
    expect(error.message).toContain('(HTTP 400, unsupported_value, messages[0].role)')
  })

  it('falls back to the type, also of errors that were not unwrapped', () => {
    expect(convert(withStatus(400, { type: 'invalid', code: null })).message).toContain('(HTTP 400, invalid)')
    expect(convert(withStatus(400, { error: { type: 'invalid' } })).message).toContain('(HTTP 400, invalid)')
  })

  it('takes no sentence for a name', () => {
    const error = convert(withStatus(400, { code: 'the user wrote: my PIN is 1234', param: 'x'.repeat(65) }))
    expect(error.message).toContain('(HTTP 400):')
  })

  it.each([
    ['context_length_exceeded', 400, 'too long'],
    ['insufficient_quota', 429, 'quota'],
    [undefined, 402, 'quota'],
    [undefined, 498, 'try again later'],
  ])('advises on %s with %i', (code, status, advice) => {
    expect(convert(withStatus(status, { code })).message).toContain(advice)
  })

  it('lets the server overrule the status', () => {
    const told = (value: string) => new Headers({ 'x-should-retry': value })
    expect(convert(withStatus(500, {}, told('false'))).retryable).toBe(false)
    expect(convert(withStatus(400, {}, told('true'))).retryable).toBe(true)
    expect(convert(withStatus(400, {}, told('perhaps'))).retryable).toBe(false)
  })

  it('keeps a network error as the cause, and nothing else', () => {
    const socket = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
    const wrapped = new Error('Connection error.', {
      cause: new TypeError('fetch failed', { cause: socket }),
    })
    expect(convert(wrapped)).toMatchObject({
      retryable: true,
      cause: socket,
      message: expect.stringContaining('(UND_ERR_SOCKET)'),
    })
    const quoting = new TypeError('Headers.append: "Bearer sk-1" is an invalid header value.')
    expect(convert(new Error('Connection error.', { cause: quoting })).cause).toBeUndefined()
  })

  it.each([[undefined], [null], ['no'], [{}], [new Error('?')]])(
    'takes %s as a broken connection',
    thrown => {
      expect(convert(thrown)).toMatchObject({ code: 'model_failed', retryable: true })
    },
  )

  it('survives causes that go in a circle', () => {
    const first = new Error('first')
    first.cause = new Error('second', { cause: first })
    expect(convert(first).retryable).toBe(true)
  })
})

describe('errorInBody', () => {
  it.each([
    [{ error: { code: 429 } }, true],
    [{ error: { code: 401 } }, false],
    [{ error: { code: 'overloaded' } }, true],
    [{ error: { code: 12 } }, true],
    [{ error: { code: 'insufficient_quota' } }, false],
  ])('%j: retryable %s', (body, retryable) => {
    expect(errorInBody(body, endpoint)).toMatchObject({ code: 'model_failed', retryable })
  })

  it.each([[null], ['text'], [{}], [{ error: null }], [{ error: 'x' }], [{ error: {}, choices: [] }]])(
    '%j holds none',
    body => {
      expect(errorInBody(body, endpoint)).toBeUndefined()
    },
  )
})
