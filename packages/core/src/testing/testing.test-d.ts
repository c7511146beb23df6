import { expectTypeOf, it } from 'vitest'
import type { Channel, Clock, GenerateId, LanguageModel } from '../index.js'
import { fakeChannel, fakeClock, scriptedModel, sequentialIds } from './index.js'

it('the fakes are what they stand for', () => {
  expectTypeOf(fakeChannel).returns.toExtend<Channel>()
  expectTypeOf(fakeClock).returns.toExtend<Clock>()
  expectTypeOf(scriptedModel).returns.toExtend<LanguageModel>()
  expectTypeOf(sequentialIds).returns.toEqualTypeOf<GenerateId>()
})
