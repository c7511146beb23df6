import { type WhapiChannel, whapiChannel } from '@switchboard/adapters/whapi'
import type { ChannelEvent, OutboundContent } from '@switchboard/core'
import { sampleImage } from '@switchboard/emulator'
import { describe, expect, test } from 'vitest'
import { emulateChannel, plainContents, playWholeBot, poll, type Subject } from './emulated-channel.js'

const via = 'whapi'

/** With an emulator that checks bodies as Whapi's description says. */
const whapiWith = (options: { fetch?: typeof fetch } = {}): Subject<WhapiChannel> => ({
  provider: 'whapi',
  options: { whapi: {} },
  channelOf({ whapi }) {
    const [webhookSecret = ''] = Object.values(whapi.headers)
    const { channelId: account, token, url: apiUrl } = whapi
    return whapiChannel({ account, token, apiUrl, webhookSecret, ...options })
  },
})

const around = { text: 'Tea?', header: 'A', footer: 'B' }

const contents: readonly OutboundContent[] = [
  ...plainContents,
  { type: 'contacts', contacts: [{ name: 'Mara Lind', phones: [] }, { phones: ['030 555'] }] },
  { type: 'buttons', ...around, buttons: [{ id: '1', title: 'Yes' }] },
  {
    type: 'list',
    ...around,
    button: 'Choose',
    sections: [{ title: 'A', rows: [{ id: '1', title: 'One' }] }],
  },
  { type: 'link', ...around, label: 'Open', url: 'https://tea.example' },
]

describe.each([
  ['the built-in client', {}],
  ['fetch', { fetch }],
])('Whapi, as the emulator plays it, with %s', (_name, options) => {
  test.each(contents)('takes $type, with a quote', async content => {
    await using both = await emulateChannel(whapiWith(options))
    const { emulator, channel, to } = both
    const said = await emulator.person().text('Hello', { via })
    const message = { id: 'out-1', channel: 'whapi', account: channel.defaultAccount, to, content }
    const { providerId } = await channel.send({ ...message, quotedId: said.id })
    expect(emulator.refusals).toEqual([])
    expect(emulator.ledger.sent()).toMatchObject([
      { provider: 'whapi', wamid: providerId, quotedId: said.id },
    ])
  })

  test('takes reactions, read marks and typing', async () => {
    await using both = await emulateChannel(whapiWith(options))
    const { emulator, channel, to } = both
    const { id } = await emulator.person().text('Hello', { via })
    const account = channel.defaultAccount
    const react = (content: OutboundContent) =>
      channel.send({ id: 'out-1', channel: 'whapi', account, to, content })
    await react({ type: 'reaction', targetId: id, emoji: '👍' })
    await react({ type: 'reaction', targetId: id })
    await channel.markRead({ account, to, providerId: id })
    await channel.startTyping({ account, to, providerId: id })
    expect(emulator.refusals).toEqual([])
    expect([emulator.ledger.reads.length, emulator.ledger.typing.length]).toEqual([1, 1])
  })

  test('gives files, history, health and LIDs', async () => {
    await using both = await emulateChannel(whapiWith(options))
    const { emulator, channel, events, to } = both
    await emulator.person().image(sampleImage(), { via, caption: 'Broken' })
    const event = events.find(({ type }) => type === 'message')
    if (event?.type !== 'message' || event.content.type !== 'image') throw new Error('no image came')
    const file = await channel.download(event.content.media)
    expect(Buffer.from(file.bytes)).toEqual(Buffer.from(sampleImage()))
    const { id } = await channel.upload({ bytes: sampleImage(), mimeType: 'image/png' })
    expect(Buffer.from((await channel.download({ id: String(id) })).bytes)).toEqual(
      Buffer.from(sampleImage()),
    )

    const account = channel.defaultAccount
    const past: ChannelEvent[] = []
    for await (const each of channel.history({ account, peer: to })) past.push(each)
    expect(past).toMatchObject([{ providerId: event.providerId, history: true }])

    expect(await channel.health()).toEqual({ ok: true, state: 'AUTH' })
    expect(channel.self(account)).toEqual([{ kind: 'phone', value: `+${emulator.whapi.phone}` }])
    expect(await channel.lookUp({ kind: 'phone', value: to.value })).toMatchObject([{ kind: 'lid' }])
    await emulator.whapi.setHealth('QR')
    expect(await channel.health()).toEqual({ ok: false, state: 'QR' })
    expect(emulator.refusals).toEqual([])
  })
})

test('everything that a person can do becomes an event', async () => {
  await using both = await emulateChannel(whapiWith())
  const { emulator, channel, events, to, kinds } = both
  const alex = emulator.person()
  const { id } = await alex.text('The blue one, https://tea.example', { via })
  const sent = await channel.send({
    id: 'out-1',
    channel: 'whapi',
    account: channel.defaultAccount,
    to,
    content: poll,
  })
  await emulator.webhooks.settled()
  expect(events.map(({ type }) => type)).toEqual(['message', 'status'])
  expect(await kinds(alex.react(id, '👍', { via }))).toEqual(['reaction'])
  expect(await kinds(alex.button({ id: 'yes', title: 'Yes' }, { via }))).toEqual(['button'])
  expect(await kinds(alex.voiceNote(undefined, { via }))).toEqual(['voice'])
  expect(await kinds(alex.location({ latitude: 1, longitude: 2 }, { via }))).toEqual(['location'])
  expect(await kinds(alex.vote(String(sent.providerId), ['Green'], { via }))).toContain('vote')
  expect(await kinds(alex.edit(id, 'The green one', { via }))).toContain('edit')
  expect(await kinds(alex.revoke(id, { via }))).toContain('revoke')
  expect(await kinds(emulator.echo({ to: alex.name, text: 'Sam here', via }))).toEqual(['text'])
  expect(events).toMatchObject([{ author: 'operator' }])
})

test('a whole bot: answers once, knows its own sends, and yields to a person', () =>
  playWholeBot(whapiWith()))
