import type { Identity, Responder, UserMerge } from '@switchboard/core'
import { fakeChannel } from '@switchboard/core/testing'
import { describe, expect, it } from 'vitest'
import { echo, embeddedBot, person } from './embedded-bot.js'

const phone: Identity = { kind: 'phone', value: person }
const bsuid: Identity = { kind: 'bsuid', value: 'US.1349' }
const lid: Identity = { kind: 'lid', value: '7@lid' }

const slowEcho: Responder = async turn => {
  await new Promise<void>(resolve => turn.clock.after(3_000, resolve))
  return echo(turn)
}

function setUp(options: Parameters<typeof embeddedBot>[0] = {}) {
  const embedded = embeddedBot(options)
  const { bot, channel } = embedded
  const merges: UserMerge[] = []
  bot.on('user.merged', merge => merges.push(merge))
  const say = (text: string, ...identities: readonly Identity[]) =>
    bot.fetch(channel.request(channel.text(text, { from: { identities } })))
  return { ...embedded, merges, say }
}

describe('a person under several addresses', () => {
  it('whose users are merged while both are being answered: one answer to both, once', async () => {
    const { bot, clock, sent, events, merges, say } = setUp({ respond: slowEcho })
    await say('one', phone)
    await say('two', bsuid)
    await clock.advance(2_000)
    await say('three', phone, bsuid)
    await clock.advance(20_000)
    expect(sent()).toEqual(['You said: one | two | three'])
    expect(events.filter(event => event === 'turn lost')).toHaveLength(2)
    expect(merges).toMatchObject([{ reason: 'shown', conversations: [{}] }])
    expect(await bot.merges()).toEqual(merges)
    expect(await bot.merges({ userId: merges[0]?.mergedUserId ?? '' })).toEqual(merges)
  })

  it('is left to the person who is in charge of one of the conversations', async () => {
    const { bot, clock, sent, events, merges, say } = setUp()
    await say('one', bsuid)
    await clock.advance(10_000)
    await bot.takeOver({ phone: person })
    await say('two', phone, bsuid)
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: one'])
    expect(events).toContain('human by merge')
    const [{ mergedConversationId = '' } = {}] = merges[0]?.conversations ?? []
    expect(await bot.messages({ conversation: mergedConversationId })).toHaveLength(3)
    expect((await bot.handBack({ conversation: mergedConversationId })).handoff).toBe('bot')
  })

  it('who shows only a LID is looked up, and merged with the user who has the phone', async () => {
    const asked: Identity[] = []
    const lookUp = async (identity: Identity) => {
      asked.push(identity)
      return [phone]
    }
    const { bot, clock, merges, say } = setUp({ channels: [{ ...fakeChannel(), lookUp }] })
    await say('one', phone)
    await say('two', lid)
    await say('three', lid)
    await clock.advance(10_000)
    expect(asked).toEqual([lid])
    expect(merges).toMatchObject([{ reason: 'told' }])
    const texts = (await bot.messages({ phone: person })).map(({ text }) => text)
    expect(texts.slice(0, 3)).toEqual(['one', 'two', 'three'])
    await bot.close()
  })
})
