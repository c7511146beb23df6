import type { LanguageModel } from '@switchboard/core'
import type { Groq } from 'groq-sdk'
import { describe, expectTypeOf, it } from 'vitest'
import { groq } from './index.js'

describe('groq', () => {
  it('returns a LanguageModel', () => {
    expectTypeOf(groq).returns.toEqualTypeOf<LanguageModel>()
  })

  it('takes a client of the official SDK', () => {
    expectTypeOf<Groq>().toExtend<NonNullable<Parameters<typeof groq>[0]['client']>>()
  })
})
