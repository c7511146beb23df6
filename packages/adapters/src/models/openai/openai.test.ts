import { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { completion, type FakeApi, json, startFakeApi } from '../test-support/fake-api.js'
import { openai } from './index.js'

const path = '/v1/chat/completions'

describe('openai', () => {
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

  it('uses a client of one’s own, with its headers and without its retries', async () => {
    const client = new OpenAI({
      apiKey: 'mine',
      baseURL: `${api.origin}/v1`,
      defaultHeaders: { 'x-team': 'tea' },
      maxRetries: 5,
    })
    const model = openai({ model: 'tea-1', client })
    expect(await model.generate(prompt)).toMatchObject({ text: 'We open at nine.' })
    expect(api.requests[0]?.headers).toMatchObject({ authorization: 'Bearer mine', 'x-team': 'tea' })

    api.answerWith(json({}, 503))
    await expect(model.generate(prompt)).rejects.toMatchObject({ retryable: true })
    expect(api.requests).toHaveLength(2)
    api.answerWith(json(completion()))
  })

  it('uses any object of the right shape, and keeps its deadline though the client ignores signals', async () => {
    const create = vi.fn((): Promise<unknown> => Promise.resolve(completion()))
    const model = openai({ model: 'tea-1', client: { chat: { completions: { create } } }, timeoutMs: 20 })
    expect((await model.generate(prompt)).text).toBe('We open at nine.')
    create.mockReturnValue(new Promise(() => {}))
    await expect(model.generate(prompt)).rejects.toMatchObject({ code: 'model_failed', retryable: true })
  })

  it.each([
    ['OpenAI', 'https://api.openai.com/v1', 'max_completion_tokens'],
    ['OpenAI in a region', 'https://eu.api.openai.com/v1', 'max_completion_tokens'],
    ['Azure', 'https://tea.openai.azure.com/openai/v1', 'max_completion_tokens'],
    ['Ollama', 'http://localhost:11434/v1', 'max_tokens'],
    ['a host that only looks like it', 'https://openai.com.example.org/v1', 'max_tokens'],
  ])('limits the answer by the field that %s knows', async (_, baseURL, field) => {
    const create = vi.fn(async () => completion())
    const client = { baseURL, chat: { completions: { create } } }
    await openai({ model: 'tea-1', client, maxOutputTokens: 300 }).generate(prompt)
    expect(create).toHaveBeenCalledWith(
      { model: 'tea-1', messages: [{ role: 'user', content: 'Hello' }], [field]: 300 },
      expect.objectContaining({ maxRetries: 0 }),
    )
  })

  it('lets the field be chosen', async () => {
    const options = { model: 'tea-1', baseURL: `${api.origin}/v1`, maxOutputTokens: 300 } as const
    await openai(options).generate(prompt)
    await openai({ ...options, maxTokensField: 'max_completion_tokens' }).generate(prompt)
    expect(api.requests.map(request => Object.keys(JSON.parse(request.text)).at(-1))).toEqual([
      'max_tokens',
      'max_completion_tokens',
    ])
  })

  it('reads key and address from the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'from-environment')
    vi.stubEnv('OPENAI_BASE_URL', `${api.origin}/v1`)
    await openai({ model: 'tea-1' }).generate(prompt)
    expect(api.requests[0]?.headers.authorization).toBe('Bearer from-environment')
  })

  it.each([
    ['no address', undefined],
    ['OpenAI’s address', 'https://api.openai.com/v1'],
    ['an empty address', ''],
  ])('needs a key with %s', (_, baseURL) => {
    vi.stubEnv('OPENAI_API_KEY', '')
    vi.stubEnv('OPENAI_BASE_URL', '')
    expect(() => openai({ model: 'tea-1', baseURL })).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringMatching(/`apiKey`.*OPENAI_API_KEY/),
      }),
    )
  })
})
