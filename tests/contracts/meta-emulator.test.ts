import { type MetaChannel, metaChannel } from '@switchboard/adapters/meta'
import { type ChannelEvent, createBot, type OutboundContent } from '@switchboard/core'
import { sampleDocument, sampleImage, sampleVoiceNote, startEmulator } from '@switchboard/emulator'
import { memoryStore } from '@switchboard/storage/memory'
import { describe, expect, test } from 'vitest'
import { dataUrl, emulateChannel, type Subject } from './emulated-channel.js'

const metaWith = (options: { fetch?: typeof fetch } = {}): Subject<MetaChannel> => ({
  provider: 'meta',
  channelOf({ account: { phoneNumberId, accessToken, appSecret }, url }) {
    return metaChannel({ phoneNumberId, accessToken, appSecret, graphUrl: url, ...options })
  },
})

function mediaOf(events: readonly ChannelEvent[]) {
  const event = events.at(-1)
  if (event?.type !== 'message' || !('media' in event.content)) throw new Error('no file came')
  return event.content.media
}

const url = 'https://files.example/tea'
const contents: readonly [type: string, content: OutboundContent][] = [
  ['text', { type: 'text', text: 'Tea?', linkPreview: true }],
  ['image', { type: 'image', media: { url }, caption: 'Tea' }],
  ['image', { type: 'image', media: { url: dataUrl('image/png', sampleImage()) }, caption: 'Tea' }],
  ['video', { type: 'video', media: { url }, caption: 'Tea' }],
  ['audio', { type: 'audio', media: { url } }],
  ['audio', { type: 'voice', media: { url: dataUrl('audio/ogg; codecs=opus', sampleVoiceNote()) } }],
  [
    'document',
    {
      type: 'document',
      media: { url: dataUrl('application/pdf', sampleDocument()), filename: 'tea.pdf' },
      caption: 'Prices',
    },
  ],
  ['sticker', { type: 'sticker', media: { url } }],
  ['location', { type: 'location', latitude: 52.5, longitude: 13.4, name: 'Shop', address: 'Main street 1' }],
  [
    'contacts',
    {
      type: 'contacts',
      contacts: [
        { name: 'Mara Lind', phones: ['+4915155500001'], emails: ['mara@tea.example'], organisation: 'Tea' },
      ],
    },
  ],
  [
    'interactive',
    { type: 'buttons', text: 'Tea?', header: 'A', footer: 'B', buttons: [{ id: '1', title: 'Yes' }] },
  ],
  [
    'interactive',
    {
      type: 'list',
      text: 'Tea?',
      button: 'Choose',
      sections: [
        { title: 'Green', rows: [{ id: '1', title: 'Sencha', description: 'Mild' }] },
        { title: 'Black', rows: [{ id: '2', title: 'Assam' }] },
      ],
    },
  ],
  ['interactive', { type: 'link', text: 'Our shop', label: 'Open', url }],
  [
    'interactive',
    { type: 'flow', text: 'Book', button: 'Book', flowId: '9', token: 't', screen: 'DAY', data: { day: 1 } },
  ],
  ['interactive', { type: 'flow', text: 'Book', button: 'Book', flowId: '9', draft: true }],
  ['interactive', { type: 'location_request', text: 'Where to?' }],
  ['interactive', { type: 'contact_request', text: 'Your number?' }],
  [
    'template',
    {
      type: 'template',
      name: 'order_update',
      language: 'en_US',
      components: [{ type: 'body', parameters: [{ type: 'text', text: 'Alex' }] }],
    },
  ],
]

describe.each([
  ['the built-in client', {}],
  ['fetch', { fetch }],
])('Meta, as the emulator plays it, with %s', (_name, options) => {
  test.each(contents)('takes %s: %j', async (type, content) => {
    await using both = await emulateChannel(metaWith(options))
    const { emulator, channel, to } = both
    const said = await emulator.person().text('Hello')
    const message = { id: 'out-1', channel: 'meta', account: channel.defaultAccount, to, content }
    const { providerId } = await channel.send({ ...message, quotedId: said.id })
    expect(emulator.refusals).toEqual([])
    expect(emulator.ledger.sent()).toMatchObject([
      { wamid: providerId, type, opaque: 'out-1', quotedId: said.id },
    ])
  })

  test('takes reactions, which quote nothing', async () => {
    await using both = await emulateChannel(metaWith(options))
    const { emulator, channel, to } = both
    const { id } = await emulator.person().text('Hello')
    const message = { id: 'out-1', channel: 'meta', account: channel.defaultAccount, to, quotedId: id }
    await channel.send({ ...message, content: { type: 'reaction', targetId: id, emoji: '🍵' } })
    await channel.send({ ...message, content: { type: 'reaction', targetId: id } })
    expect(emulator.refusals).toEqual([])
    expect(emulator.ledger.sent().map(({ text }) => text)).toEqual(['🍵', ''])
  })

  test('gives back what a person sent, by its address and by its id', async () => {
    await using both = await emulateChannel(metaWith(options))
    const { emulator, channel, events } = both
    const photo = sampleImage()
    await emulator.person().image(photo)
    const media = mediaOf(events)
    expect(media).toMatchObject({
      id: expect.any(String),
      url: expect.any(String),
      sha256: expect.any(String),
    })
    const { url: address, ...byId } = media
    for (const known of [media, byId, { ...byId, url: `${address}0` }]) {
      const file = await channel.download(known)
      expect(Buffer.from(file.bytes).equals(photo)).toBe(true)
      expect(file.mimeType).toBe(media.mimeType)
    }
    await expect(channel.download(media, { maxBytes: photo.byteLength - 1 })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
    await expect(channel.download({ ...byId, id: '1' })).rejects.toMatchObject({ providerCode: '100' })
  })

  test('brings the files of a history to their placeholders, and fetches them', async () => {
    await using both = await emulateChannel(metaWith(options))
    const { emulator, channel, events } = both
    const photo = sampleImage()
    const { id } = await channel.upload({ bytes: photo, mimeType: 'image/png' })
    const message = { id: 'wamid.cGhvdG8', from: 'business', timestamp: new Date(1_767_323_045_000) } as const
    const placeholder = { ...message, message: { type: 'media_placeholder' } }
    await emulator.history({ with: 'Alex Rivera', messages: [placeholder] })
    const file = { ...message, message: { type: 'image', image: { id } } }
    await emulator.history({ with: 'Alex Rivera', messages: [file], followUp: true })
    expect(events).toMatchObject([
      { type: 'message', history: true, content: { type: 'unsupported', kind: 'media_placeholder' } },
      { type: 'message', history: true, author: 'operator', content: { type: 'image' } },
      { type: 'edit', history: true, author: 'operator', targetId: message.id, content: { media: { id } } },
    ])
    const edit = events[2]
    if (edit?.type !== 'edit' || !('media' in edit.content)) throw new Error('no file came')
    const { bytes } = await channel.download(edit.content.media)
    expect(Buffer.from(bytes).equals(photo)).toBe(true)
  })

  test('gives back what was uploaded', async () => {
    await using both = await emulateChannel(metaWith(options))
    const { channel, emulator } = both
    const media = await channel.upload({
      bytes: sampleDocument(),
      mimeType: 'application/pdf',
      filename: 'té.pdf',
    })
    const file = await channel.download(media)
    expect(Buffer.from(file.bytes).equals(sampleDocument())).toBe(true)
    expect(file).toMatchObject({ mimeType: 'application/pdf', filename: 'té.pdf' })
    expect(emulator.refusals).toEqual([])
  })

  test('says how the number is', async () => {
    await using both = await emulateChannel(metaWith(options))
    const { channel, emulator } = both
    expect(await channel.health()).toEqual({ ok: true, state: 'CONNECTED' })
    const { phoneNumberId } = emulator.account
    const stranger = metaChannel({
      phoneNumberId,
      accessToken: 'expired',
      graphUrl: emulator.url,
      ...options,
    })
    expect(await stranger.health()).toEqual({ ok: false, state: 'error 190' })
  })
})

test('a bot answers with all kinds of content, one after the other', async () => {
  await using emulator = await startEmulator()
  const { phoneNumberId, accessToken, appSecret } = emulator.account
  const bot = createBot({
    channels: [metaChannel({ phoneNumberId, accessToken, appSecret, graphUrl: emulator.url })],
    store: memoryStore(),
    buffer: { quietMs: 0 },
    respond: async () => ({ parts: contents.map(([, content]) => content) }),
  })
  emulator.connect(request => bot.fetch(request))
  await using _worker = bot.work()
  await emulator.person().text('Everything, please')
  const sent = await emulator.ledger.waitForSent(contents.length)
  expect(sent.map(({ type }) => type)).toEqual(contents.map(([type]) => type))
  expect(emulator.refusals).toEqual([])
  await emulator.webhooks.settled()
  const lines = await bot.messages({ phone: `+${emulator.person().phone}` })
  expect(lines.slice(1).map(({ type, status }) => [type, status])).toEqual(
    contents.map(([, { type }]) => [type, 'delivered']),
  )
})
