import { describe, expect, it } from 'vitest'
import { choice, completion } from '../test-support/fake-api.js'
import { readAnswer } from './answer.js'

const read = (message: unknown, finishReason?: string | null) =>
  readAnswer('openai', completion({ choices: [choice(message, finishReason)] }))

describe('readAnswer', () => {
  it.each([
    ['text as it is, spaces included', ' Nine.\n', ' Nine.\n'],
    ['nothing for null', null, ''],
    ['nothing for a missing content', undefined, ''],
    ['the text of parts', [{ type: 'text', text: 'Ni' }, { type: 'image' }, 'x', { text: 'ne.' }], 'Nine.'],
    ['no NUL and no lone surrogate', 'Nine\u0000 \ud83d', 'Nine\ufffd \ufffd'],
    ['the answer without the thoughts before it', '\n<think>\nIs it 9?\n</think>\n\nNine.', 'Nine.'],
    ['nothing of thoughts that were cut off', '<think>Is it', ''],
    ['tags that come later', 'Write <think>so</think>', 'Write <think>so</think>'],
  ])('gives %s', (_, content, text) => {
    expect(read({ role: 'assistant', content }).text).toBe(text)
  })

  it('gives an empty text with reason "other" for a refusal', () => {
    const answer = read({ role: 'assistant', content: null, refusal: 'I cannot help with that.' })
    expect(answer).toMatchObject({ text: '', finishReason: 'other' })
  })

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'other'],
    ['tool_calls', 'other'],
    ['eos', 'other'],
    [null, undefined],
  ])('reads the reason %s as %s', (value, expected) => {
    expect(read({ content: 'Nine.' }, value).finishReason).toBe(expected)
  })

  it.each([
    ['both counts', { prompt_tokens: 3, completion_tokens: 0 }, { inputTokens: 3, outputTokens: 0 }],
    ['one count', { prompt_tokens: 3 }, { inputTokens: 3 }],
    ['no nonsense', { prompt_tokens: -3, completion_tokens: 'many' }, undefined],
    ['nothing', null, undefined],
  ])('reads usage with %s', (_, usage, expected) => {
    expect(readAnswer('openai', completion({ usage })).usage).toEqual(expected)
  })

  it('leaves out what is missing', () => {
    expect(readAnswer('openai', { choices: [{ message: { content: 'Nine.' } }] })).toEqual({ text: 'Nine.' })
  })

  it.each([
    [undefined],
    [null],
    ['<html>'],
    [[1, 2]],
    [{ object: 'list', data: [] }],
    [completion({ choices: {} })],
    [completion({ choices: [] })],
    [completion({ choices: ['hello'] })],
    [completion({ choices: [choice(undefined)] })],
    [completion({ choices: [null] })],
  ])('refuses %j as something to try again', body => {
    expect(() => readAnswer('openai', body)).toThrow(
      expect.objectContaining({ code: 'model_failed', retryable: true }),
    )
  })
})
