import type { LanguageModel } from '@switchboard/core'
import { expectTypeOf, it } from 'vitest'
import { offline } from './index.js'

it('offline returns a LanguageModel', () => {
  expectTypeOf(offline).toEqualTypeOf<() => LanguageModel>()
})
