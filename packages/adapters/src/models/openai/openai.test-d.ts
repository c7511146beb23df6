import type { LanguageModel } from '@switchboard/core'
import type { Groq } from 'groq-sdk'
import type { AzureOpenAI, OpenAI } from 'openai'
import { describe, expectTypeOf, it } from 'vitest'
import { openai } from './index.js'

describe('openai', () => {
  it('returns a LanguageModel', () => {
    expectTypeOf(openai).returns.toEqualTypeOf<LanguageModel>()
  })

  it('takes what an environment variable gives', () => {
    expectTypeOf<{ model: string; apiKey: string | undefined; baseURL: string | undefined }>().toExtend<
      Parameters<typeof openai>[0]
    >()
  })

  it('takes clients of the official SDKs', () => {
    type Client = NonNullable<Parameters<typeof openai>[0]['client']>
    expectTypeOf<OpenAI>().toExtend<Client>()
    expectTypeOf<AzureOpenAI>().toExtend<Client>()
    expectTypeOf<Groq>().toExtend<Client>()
    expectTypeOf<{ chat: object }>().not.toExtend<Client>()
  })

  it('needs a model', () => {
    // @ts-expect-error model is missing
    openai({ apiKey: 'key' })
  })
})
