import { describe, expect, it } from 'vitest'
import { ModelError } from '../errors.js'
import type { Prompt } from '../ports/index.js'
import { fakeClock } from './fake-clock.js'
import { scriptedModel } from './scripted-model.js'

const ask = (text: string): Prompt => ({ messages: [{ role: 'user', text }] })

describe('scriptedModel', () => {
  it('gives its answers in order and records the prompts', async () => {
    const overloaded = new ModelError('overloaded', { retryable: true })
    const usage = { inputTokens: 3, outputTokens: 1 }
    const model = scriptedModel([
      'Hello!',
      overloaded,
      { text: '', usage, finishReason: 'length', modelId: 'other' },
    ])
    expect(model).toMatchObject({ specificationVersion: 'v1', provider: 'scripted', modelId: 'scripted' })
    expect(await model.generate(ask('a'))).toEqual({
      text: 'Hello!',
      finishReason: 'stop',
      modelId: 'scripted',
    })
    await expect(model.generate(ask('b'))).rejects.toBe(overloaded)
    expect(model.remaining).toBe(1)
    expect(await model.generate(ask('c'))).toEqual({
      text: '',
      usage,
      finishReason: 'length',
      modelId: 'other',
    })
    expect(model.prompts).toEqual([ask('a'), ask('b'), ask('c')])
  })

  it('lets functions answer by the prompt', async () => {
    const model = scriptedModel([
      prompt => `You said ${prompt.messages.at(-1)?.text}`,
      async () => new ModelError('down'),
    ])
    expect((await model.generate(ask('hi'))).text).toBe('You said hi')
    await expect(model.generate(ask('hi'))).rejects.toThrow('down')
  })

  it('says clearly that the script is over', async () => {
    const model = scriptedModel(['only one'])
    await model.generate(ask('a'))
    await expect(model.generate(ask('b'))).rejects.toMatchObject({
      code: 'configuration',
      retryable: false,
      message: expect.stringContaining('call 2 came but the script has 1 answers'),
    })
  })

  it('answers with the default after the script', async () => {
    const model = scriptedModel([], { default: 'Again', provider: 'tea', modelId: 'tea-1' })
    for (const text of ['a', 'b']) {
      expect(await model.generate(ask(text))).toMatchObject({ text: 'Again', modelId: 'tea-1' })
    }
    expect(model).toMatchObject({ provider: 'tea', modelId: 'tea-1' })
  })

  it('takes its time by the clock', async () => {
    const clock = fakeClock()
    const model = scriptedModel([{ text: 'Slow', delayMs: 500 }], { clock })
    let answer: string | undefined
    const running = model.generate(ask('a')).then(({ text }) => {
      answer = text
    })
    await clock.advance(499)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(answer).toBe('Slow')
    await running
  })

  it('stops waiting when the caller aborts', async () => {
    const clock = fakeClock()
    const controller = new AbortController()
    const model = scriptedModel([{ text: 'Slow', delayMs: 500 }], { clock })
    const running = model.generate(ask('a'), { signal: controller.signal })
    await clock.advance(100)
    const reason = new Error('newer message')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(clock.pending).toBe(0)
  })

  it('uses up no answer for a caller who has aborted already', async () => {
    const model = scriptedModel(['Hello'])
    const signal = AbortSignal.abort(new Error('stopping'))
    await expect(model.generate(ask('a'), { signal })).rejects.toThrow('stopping')
    expect(model.remaining).toBe(1)
    expect(model.prompts).toEqual([])
  })

  it('asks for a clock when it is to wait', async () => {
    const model = scriptedModel([{ text: 'Slow', delayMs: 1 }])
    await expect(model.generate(ask('a'))).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('`clock`'),
    })
  })
})
