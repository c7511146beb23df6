import { describe, expect, it } from 'vitest'
import { type ChatCompletionsOptions, checkOptions } from './options.js'

const client = { chat: { completions: { create: async () => ({}) } } }
const wrong = (options: unknown) => () => checkOptions('openai', options as ChatCompletionsOptions)

describe('checkOptions', () => {
  it.each([
    [{}, '`model`'],
    [{ model: ' ' }, '`model`'],
    [{ model: 'tea-1', client, apiKey: 'key' }, '`client` or `apiKey`'],
    [{ model: 'tea-1', client, baseURL: 'http://localhost' }, '`client` or `apiKey`'],
    [{ model: 'tea-1', client: {} }, 'chat.completions.create'],
    [{ model: 'tea-1', temperature: Number.NaN }, '`temperature`'],
    [{ model: 'tea-1', temperature: -1 }, '`temperature`'],
    [{ model: 'tea-1', maxOutputTokens: 0 }, '`maxOutputTokens`'],
    [{ model: 'tea-1', maxOutputTokens: 1.5 }, '`maxOutputTokens`'],
    [{ model: 'tea-1', timeoutMs: 0 }, '`timeoutMs`'],
    [{ model: 'tea-1', timeoutMs: 2 ** 31 }, '`timeoutMs`'],
    [{ model: 'tea-1', timeoutMs: Number.POSITIVE_INFINITY }, '`timeoutMs`'],
  ])('refuses %j, naming %s', (options, named) => {
    expect(wrong(options)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(named) }),
    )
  })

  it('takes what is right', () => {
    expect(
      wrong({ model: 'tea-1', client, temperature: 0, maxOutputTokens: 1, timeoutMs: 2 ** 31 - 1 }),
    ).not.toThrow()
  })
})
