import type { ModelError } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  choice,
  completion,
  cutShort,
  json,
  raw,
  reset,
  startFakeApi,
} from '../test-support/fake-api.js'
import { prompt, type Subject, secret, subjects } from '../test-support/subjects.js'

async function failure(subject: Subject, answer: Answer): Promise<ModelError> {
  await using api = await startFakeApi(subject.path, answer)
  const error: unknown = await subject
    .create(api.origin)
    .generate(prompt)
    .catch(reason => reason)
  expect(error).toMatchObject({ name: 'ModelError', code: 'model_failed' })
  // Retrying is the pipeline's business.
  expect(api.requests).toHaveLength(1)
  return error as ModelError
}

/** Messages, stacks and causes get into logs. */
function expectNothingQuoted(error: Error): void {
  const cause = error.cause instanceof Error ? error.cause.message : ''
  expect(`${error.message} ${error.stack} ${cause}`).not.toMatch(/sk-test|sell tea|<html>/)
}

describe.each(subjects)('$name', subject => {
  it('names itself and its model before it is asked', () => {
    const model = subject.create('http://localhost:1')
    expect(model).toMatchObject({ specificationVersion: 'v1', provider: subject.name, modelId: 'tea-1' })
  })

  it('gives text, usage, the reason of the end and the model that answered', async () => {
    await using api = await startFakeApi(subject.path)
    expect(await subject.create(api.origin).generate(prompt)).toEqual({
      text: 'We open at nine.',
      usage: { inputTokens: 21, outputTokens: 5 },
      finishReason: 'stop',
      modelId: 'served-model-0611',
    })
  })

  it('gives an empty text for null content', async () => {
    const body = completion({ choices: [choice({ role: 'assistant', content: null })] })
    await using api = await startFakeApi(subject.path, json(body))
    expect(await subject.create(api.origin).generate(prompt)).toMatchObject({
      text: '',
      finishReason: 'stop',
    })
  })

  it.each([
    [400, 'length of the prompt'],
    [401, subject.keyVariable],
    [403, subject.keyVariable],
    [404, '"tea-1"'],
    [413, 'less history'],
    [422, 'options'],
  ])('%i is final and says what to check', async (status, advice) => {
    const body = {
      error: { message: `quoted: ${secret} ${prompt.system}`, type: 'test_error', param: 'messages' },
    }
    const error = await failure(subject, json(body, status))
    expect(error.retryable).toBe(false)
    expect(error.message).toContain(`(HTTP ${status}, test_error, messages)`)
    expect(error.message).toContain(advice)
    expectNothingQuoted(error)
  })

  it.each([408, 409, 429, 500, 502, 503, 529])('%i can be tried again', async status => {
    const error = await failure(subject, json({ error: { message: 'later', type: 'test_error' } }, status))
    expect(error).toMatchObject({ retryable: true, retryAfterMs: undefined })
  })

  it.each([
    ['retry-after', '7', 7_000],
    ['retry-after-ms', '40', 40],
    ['retry-after', 'Thu, 01 Jan 2015 00:00:00 GMT', 0],
  ])('reads %s: %s', async (header, value, expected) => {
    const error = await failure(subject, json({}, 429, { [header]: value }))
    expect(error).toMatchObject({ retryable: true, retryAfterMs: expected })
  })

  it('does not wait for an empty account to fill', async () => {
    const error = await failure(subject, json({ error: { message: 'no', code: 'insufficient_quota' } }, 429))
    expect(error.retryable).toBe(false)
    expect(error.message).toContain('quota')
  })

  it('quotes nothing of a page of HTML that came instead of an error', async () => {
    const error = await failure(subject, raw(`<html>${secret}</html>`, 502, { 'content-type': 'text/html' }))
    expect(error.retryable).toBe(true)
    expectNothingQuoted(error)
  })

  it.each([
    ['a page of HTML', raw('<html>Welcome to your router</html>', 200, { 'content-type': 'text/html' })],
    ['HTML that says it is JSON', raw('<html>', 200, { 'content-type': 'application/json' })],
    ['JSON that stops in the middle', raw('{"choices":[{"mess', 200, { 'content-type': 'application/json' })],
    ['an empty body', raw('', 200, { 'content-type': 'application/json' })],
    ['204', raw('', 204, {})],
    ['no choices', json(completion({ choices: [] }))],
    ['a connection that closes', reset],
    ['fewer bytes than promised', cutShort],
  ])('%s can be tried again', async (_, answer) => {
    const error = await failure(subject, answer)
    expect(error.retryable).toBe(true)
    expectNothingQuoted(error)
  })

  it('names the network error when the server is not there', async () => {
    const gone = await startFakeApi(subject.path)
    await gone[Symbol.asyncDispose]()
    await expect(subject.create(gone.origin).generate(prompt)).rejects.toMatchObject({
      code: 'model_failed',
      retryable: true,
      message: expect.stringMatching(/ECONNREFUSED.*`baseURL`/),
      cause: { code: 'ECONNREFUSED' },
    })
  })
})
