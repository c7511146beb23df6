import { metaChannel } from '@switchboard/adapters/meta'
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

  it('who has left a number does not get it back by an answer to a contact request that comes again', async () => {
    const { bot } = embeddedBot({ channels: [metaChannel({ phoneNumberId: '1', accessToken: 'any' })] })
    const post = async (message: object) => {
      const value = {
        metadata: { phone_number_id: '1' },
        messages: [{ timestamp: '1789000000', ...message }],
      }
      const entry = [{ id: '1', changes: [{ field: 'messages', value }] }]
      const body = JSON.stringify({ object: 'whatsapp_business_account', entry })
      const response = await bot.fetch(new Request('http://bot/meta', { method: 'POST', body }))
      expect(response.status).toBe(200)
      return (await bot.conversations()).map(({ user }) => user?.phone)
    }
    const user = { from_user_id: bsuid.value }
    const phones = [{ phone: '+15550001234', wa_id: '15550001234' }]
    const answer = { id: 'A', ...user, type: 'contacts', contacts: [{ origin: 'contact_request', phones }] }
    expect(await post(answer)).toEqual(['+15550001234'])
    const system = { type: 'user_changed_number', wa_id: '15550001299', user_id: bsuid.value }
    const moved = { id: 'B', ...user, from: '15550001234', type: 'system', system }
    expect(await post(moved)).toEqual(['+15550001299'])
    expect(await post(answer)).toEqual(['+15550001299'])
    await bot.close()
  })
})
