import { Groq } from 'groq-sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { completion, type FakeApi, json, startFakeApi } from '../test-support/fake-api.js'
import { groq } from './index.js'

const path = '/openai/v1/chat/completions'

describe('groq', () => {
  let api: FakeApi
  const prompt = { messages: [{ role: 'user', text: 'Hello' }] } as const

  beforeAll(async () => {
    api = await startFakeApi(path)
    api.answerWith(json(completion()))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    api.requests.length = 0
  })
  afterAll(() => api[Symbol.asyncDispose]())

  it('uses a client of one’s own', async () => {
    const client = new Groq({ apiKey: 'mine', baseURL: api.origin })
    expect(await groq({ model: 'tea-1', client }).generate(prompt)).toMatchObject({
      text: 'We open at nine.',
    })
    expect(api.requests[0]?.headers.authorization).toBe('Bearer mine')
  })

  it.each(['', '/', '/openai/v1', '/openai/v1/'])('takes a base URL that ends in "%s"', async ending => {
    await groq({ model: 'tea-1', baseURL: `${api.origin}${ending}` }).generate(prompt)
    expect(api.requests.map(request => request.path)).toEqual([path])
  })

  it('limits the answer', async () => {
    await groq({ model: 'tea-1', baseURL: api.origin, maxOutputTokens: 300 }).generate(prompt)
    expect(JSON.parse(api.requests[0]?.text ?? '')).toMatchObject({ max_completion_tokens: 300 })
  })

  it('reads key and address from the environment', async () => {
    vi.stubEnv('GROQ_API_KEY', 'from-environment')
    vi.stubEnv('GROQ_BASE_URL', api.origin)
    await groq({ model: 'tea-1' }).generate(prompt)
    expect(api.requests[0]?.headers.authorization).toBe('Bearer from-environment')
  })

  it('needs a key at Groq', () => {
    vi.stubEnv('GROQ_API_KEY', '')
    vi.stubEnv('GROQ_BASE_URL', '')
    expect(() => groq({ model: 'tea-1' })).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringMatching(/`apiKey`.*GROQ_API_KEY/),
      }),
    )
  })
})
