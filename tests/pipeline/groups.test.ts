import { type Bot, createBot, type GroupPolicy, replyWith } from '@switchboard/core'
import { fakeChannel, fakeClock, scriptedModel } from '@switchboard/core/testing'
import { memoryStore } from '@switchboard/storage/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { echo } from './embedded-bot.js'

const us = { kind: 'jid', value: '15550009999@s.whatsapp.net' } as const
const bots: Bot[] = []

afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.close(0)
})

function scene(groups?: GroupPolicy) {
  const clock = fakeClock()
  const channel = fakeChannel({ clock, self: [us] })
  const model = scriptedModel([], { default: 'Yes.' })
  const errors: string[] = []
  const bot = createBot({
    channels: [channel],
    store: memoryStore({ clock }),
    respond: groups === 'all' ? echo : replyWith(model),
    clock,
    ...(groups && { groups }),
  })
  bot.on('error', (_error, where) => errors.push(where))
  bot.work()
  bots.push(bot)
  const say = async (
    text: string,
    more: { quotedId?: string; quotesUs?: boolean; mentions?: readonly (typeof us)[] } = {},
  ) => {
    const message = channel.text(text, { from: '+12025550123', name: 'Ana', group: 'team', ...more })
    expect((await bot.fetch(channel.request(message))).status).toBe(200)
    await clock.advance(2_000)
    return message
  }
  return { channel, model, errors, say }
}

describe('in a group', () => {
  it('the bot answers who mentions it, quotes, and knows what the others said', async () => {
    const { channel, model, say } = scene()
    await say('who is in?')
    expect(channel.sent).toEqual([])
    const asked = await say('is there room?', { mentions: [us] })
    expect(channel.sent).toMatchObject([{ text: 'Yes.', quotedId: asked.providerId }])
    expect(model.prompts[0]?.messages).toEqual([
      { role: 'user', text: 'Ana: who is in?\nAna: is there room?' },
    ])
  })

  it('the bot answers who replies to a message of its own, and to nobody else’s', async () => {
    const { channel, say } = scene()
    const asked = await say('is there room?', { mentions: [us] })
    await say('I do not think so', { quotedId: asked.providerId })
    expect(channel.sent).toHaveLength(1)
    await say('for two?', { quotedId: channel.sent[0]?.providerId ?? '' })
    expect(channel.sent).toHaveLength(2)
  })

  it('the bot answers who replies to a message of ours that only the provider knows', async () => {
    const { channel, say } = scene()
    await say('for two?', { quotedId: 'not known yet' })
    expect(channel.sent).toHaveLength(0)
    await say('for three?', { quotedId: 'not known yet', quotesUs: true })
    expect(channel.sent).toHaveLength(1)
  })

  it('the bot answers everything, or nothing, when told so', async () => {
    const all = scene('all')
    await all.say('hello')
    expect(all.channel.sent).toMatchObject([{ text: 'You said: hello' }])
    const none = scene('none')
    await none.say('hello', { mentions: [us] })
    expect(none.channel.sent).toEqual([])
  })

  it('a rule may name the bot, and one that fails keeps no message out', async () => {
    const named = scene(
      ({ content }) => (content.type === 'text' && /^bot\b/i.test(content.text)) || undefined,
    )
    await named.say('Bot, is there room?')
    await named.say('for two?')
    expect(named.channel.sent).toHaveLength(1)

    const broken = scene(() => {
      throw new Error('no rule today')
    })
    await broken.say('hello')
    await broken.say('hello', { mentions: [us] })
    expect(broken.channel.sent).toHaveLength(1)
    expect(broken.errors).toEqual(['the rule for groups', 'the rule for groups'])
  })

  it('a policy that does not exist is refused', () => {
    const options = { channels: [fakeChannel()], store: memoryStore(), respond: echo }
    expect(() => createBot({ ...options, groups: 'mentioned' as never })).toThrow(
      'createBot: `groups` is mentioned: give one of mentioned-or-quoted, all, none, or a function',
    )
  })
})
