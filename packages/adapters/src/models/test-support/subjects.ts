import type { LanguageModel } from '@switchboard/core'
import type { ChatCompletionsOptions } from '../chat-completions/index.js'
import { groq } from '../groq/index.js'
import { openai } from '../openai/index.js'

/** One vendor's adapter over its real SDK, pointed at a server of the test. */
export interface Subject {
  readonly name: string
  /** Where the SDK posts to. */
  readonly path: string
  readonly keyVariable: string
  create(origin: string, options?: Partial<ChatCompletionsOptions>): LanguageModel
}

export const secret = 'sk-test-0123456789abcdef'

/** What all vendors have in common is tested on each of them. */
export const subjects: readonly Subject[] = [
  {
    name: 'openai',
    path: '/v1/chat/completions',
    keyVariable: 'OPENAI_API_KEY',
    create: (origin, options) =>
      openai({ model: 'tea-1', baseURL: `${origin}/v1`, apiKey: secret, ...options }),
  },
  {
    name: 'groq',
    path: '/openai/v1/chat/completions',
    keyVariable: 'GROQ_API_KEY',
    create: (origin, options) => groq({ model: 'tea-1', baseURL: origin, apiKey: secret, ...options }),
  },
]

export const prompt = {
  system: 'You sell tea.',
  messages: [{ role: 'user', text: 'When do you open?' }],
} as const
