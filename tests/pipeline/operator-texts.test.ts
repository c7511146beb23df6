import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embeddedBot, person } from './embedded-bot.js'

const target = { phone: person }

function operatorBot(maxTextLength = 20) {
  const embedded = embeddedBot()
  Object.assign(embedded.channel, { maxTextLength })
  const statuses = async () => (await embedded.bot.messages(target)).flatMap(({ status }) => status ?? [])
  return { ...embedded, statuses }
}

describe("an operator's text that is longer than the channel takes", () => {
  it('goes out in pieces, in order, and tells of each', async () => {
    const { bot, sent } = operatorBot()
    const text = 'First a sentence. Then another one. And a third one.'
    const message = await bot.sendAsOperator(target, { text, id: 'mine', quotedId: 'wamid.7' })
    expect(sent()).toEqual(['First a sentence.', 'Then another one.', 'And a third one.'])
    expect(message).toMatchObject({ id: expect.any(String), status: 'sent', text: 'First a sentence.' })
    expect(message.pieces?.map(({ text, status, quotedId }) => [text, status, quotedId])).toEqual([
      ['First a sentence.', 'sent', 'wamid.7'],
      ['Then another one.', 'sent', undefined],
      ['And a third one.', 'sent', undefined],
    ])
  })

  it('is sent once, however often the same id comes', async () => {
    const { bot, sent } = operatorBot()
    const send = () => bot.sendAsOperator(target, { text: 'twenty characters and many more', id: 'mine' })
    const first = await send()
    expect(await send()).toEqual(first)
    await Promise.all([send(), send()])
    expect(sent()).toHaveLength(2)
  })

  it('is found by the id of the conversation, too, and as content', async () => {
    const { bot, write, sent, channel } = operatorBot()
    await write('hello')
    const [conversation] = await bot.conversations()
    const content = { type: 'text', text: 'twenty characters and many more', linkPreview: true } as const
    await bot.sendAsOperator({ conversation: conversation?.id ?? '' }, { content })
    expect(sent()).toEqual(['twenty characters', 'and many more'])
    expect(channel.sent[1]?.content).toEqual({ ...content, text: 'and many more' })
    await expect(bot.sendAsOperator({ conversation: 'none' }, { content })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('ends where a piece fails: the rest without it would say something else', async () => {
    const { bot, channel, statuses, sent } = operatorBot()
    channel.scriptSends({ kind: 'sent' }, { kind: 'refused' })
    const { pieces } = await bot.sendAsOperator(target, {
      text: 'one two three four. five six seven. eight nine.',
    })
    expect(pieces?.map(({ status }) => status)).toEqual(['sent', 'failed', 'cancelled'])
    expect(await statuses()).toEqual(['sent', 'failed', 'cancelled'])
    expect(sent()).toHaveLength(1)
  })

  it('waits as a whole outside of the window, and goes out as a whole', async () => {
    const { bot, channel, clock, write, statuses, sent } = operatorBot()
    Object.assign(channel, { windowMs: 24 * 3_600_000 })
    await bot.sendAsOperator(target, { text: 'twenty characters and many more' })
    expect(await statuses()).toEqual(['parked', 'parked'])
    await write('hi')
    await clock.advance(0)
    expect(sent()).toEqual(['twenty characters', 'and many more'])
  })

  it('loses nothing, whatever it says', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
    const anyText = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
      .filter(text => text.trim() !== '')
    const words = (text: string) => text.replace(/\s|```/g, '')
    await fc.assert(
      fc.asyncProperty(anyText, fc.integer({ min: 45, max: 100 }), async (text, most) => {
        const { bot, sent } = operatorBot(most)
        await bot.sendAsOperator(target, { text })
        expect(words(sent().join(''))).toBe(words(text))
        for (const piece of sent()) expect(piece.length).toBeLessThanOrEqual(most)
      }),
      { seed, numRuns: 60 },
    )
  })
})
