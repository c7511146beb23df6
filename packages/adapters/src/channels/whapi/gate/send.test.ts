import type { OutboundContent, OutboundFile, OutboundMessage, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { startServer } from '../../../http/local-server.test.support.js'
import { type WhapiChannelOptions, whapiChannel } from '../index.js'
import { account, channelOptions, chatId, groupId, lid, phone } from '../webhook/samples.test.support.js'
import { accepted, success } from './answers.test.support.js'

const to: Peer = { kind: 'phone', value: `+${phone}` }
const message: OutboundMessage = {
  id: 'message-1',
  channel: 'whapi',
  account,
  to,
  content: { type: 'text', text: 'Until six – „gern“ 🙂' },
}

async function setUp(answer = accepted, options: Partial<WhapiChannelOptions> = {}) {
  const server = await startServer(answer)
  const channel = whapiChannel({ ...channelOptions, apiUrl: server.url, ...options })
  return { channel, server, requests: server.requests }
}

/** Path and body of the one request that a content makes. */
async function sent(content: OutboundContent, options: Partial<WhapiChannelOptions> = {}) {
  const { channel, requests } = await setUp(accepted, options)
  await channel.send({ ...message, content })
  const [request] = requests
  if (!request || requests.length !== 1) throw new Error(`${requests.length} requests`)
  return [request.path, JSON.parse(request.body)] as const
}

describe('a text', () => {
  test('is posted with the token, byte for byte', async () => {
    const { channel, requests } = await setUp()
    await expect(channel.send(message)).resolves.toEqual({ providerId: 'o.accepted.g4CA-sample' })
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/messages/text',
        headers: {
          authorization: 'Bearer sample-channel-credential',
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: '{"to":"4915155500001","body":"Until six – „gern“ 🙂","no_link_preview":true}',
      },
    ])
  })

  test('has a preview of its link only when asked, and may be typed first', async () => {
    const text = 'see https://shop.example'
    expect(await sent({ type: 'text', text, linkPreview: true })).toEqual([
      '/messages/text',
      { to: phone, body: text },
    ])
    expect(await sent({ type: 'text', text, linkPreview: true }, { typingTime: 2 })).toEqual([
      '/messages/text',
      { to: phone, body: text, typing_time: 2 },
    ])
  })

  test('quotes', async () => {
    const { channel, requests } = await setUp()
    await channel.send({ ...message, quotedId: 's.1.g4CA-a' })
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ quoted: 's.1.g4CA-a' })
  })

  test.each<[to: Peer, address: string]>([
    [{ kind: 'phone', value: phone }, phone],
    [{ kind: 'lid', value: lid }, lid],
    [{ kind: 'lid', value: '98765432101234' }, lid],
    [{ kind: 'jid', value: chatId }, chatId],
    [{ kind: 'jid', value: `${phone}@c.us` }, chatId],
    [{ kind: 'group', value: groupId }, groupId],
    [{ kind: 'group', value: '120363999900001111' }, groupId],
  ])('to %j', async (peer, address) => {
    const { channel, requests } = await setUp()
    await channel.send({ ...message, to: peer })
    expect(JSON.parse(requests[0]?.body ?? '').to).toBe(address)
  })

  test.each<Peer>([
    { kind: 'bsuid', value: 'DE.70010000000000000001' },
    { kind: 'phone', value: '+49 nobody' },
    { kind: 'group', value: '../settings?@g.us' },
    { kind: 'jid', value: 'nobody' },
  ])('to %j is refused before anything is sent', async peer => {
    const { channel, requests } = await setUp()
    await expect(channel.send({ ...message, to: peer })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      scope: 'recipient',
    })
    expect(requests).toEqual([])
  })

  test('of another account is refused: it would leave from the wrong number', async () => {
    const { channel, requests } = await setUp()
    await expect(channel.send({ ...message, account: 'OTHER-1' })).rejects.toMatchObject({
      code: 'channel_refused',
      scope: 'account',
      message: expect.stringContaining('OTHER-1'),
    })
    expect(requests).toEqual([])
    await channel.send({ ...message, account: account.toLowerCase() })
    expect(requests).toHaveLength(1)
  })
})

describe('files', () => {
  test('go by id, address or as they are', async () => {
    expect(await sent({ type: 'image', media: { id: 'jpeg-1-2' }, caption: 'Look' })).toEqual([
      '/messages/image',
      { to: phone, media: 'jpeg-1-2', caption: 'Look' },
    ])
    const pdf = 'data:application/pdf;base64,JVBERi0xLjQK'
    expect(await sent({ type: 'document', media: { url: pdf, filename: 'a.pdf' } })).toEqual([
      '/messages/document',
      { to: phone, media: pdf, filename: 'a.pdf' },
    ])
    const media = { url: 'https://cdn.example/v.ogg', mimeType: 'audio/ogg; codecs=opus', filename: 'v.ogg' }
    expect(await sent({ type: 'voice', media }, { typingTime: 3 })).toEqual([
      '/messages/voice',
      { to: phone, media: media.url, mime_type: media.mimeType, recording_time: 3 },
    ])
    expect((await sent({ type: 'sticker', media: { id: 'webp-1-2' } }))[0]).toBe('/messages/sticker')
  })

  test('without a file, or with words that WhatsApp would not show, are refused', async () => {
    const { channel, requests } = await setUp()
    for (const content of [
      { type: 'image', media: {} },
      { type: 'voice', media: { id: 'ogg-1-2' }, caption: 'Listen' },
    ] as OutboundContent[]) {
      await expect(channel.send({ ...message, content })).rejects.toMatchObject({
        code: 'channel_refused',
        retryable: false,
      })
    }
    expect(requests).toEqual([])
  })
})

test('places, contacts and polls', async () => {
  expect(
    await sent({ type: 'location', latitude: 52.5, longitude: 13.4, name: 'Café', address: 'Hof 3' }),
  ).toEqual([
    '/messages/location',
    { to: phone, latitude: 52.5, longitude: 13.4, name: 'Café', address: 'Hof 3' },
  ])
  const dana = { name: 'Dana Fox', phones: ['+4915155500007'] }
  const vcard =
    'BEGIN:VCARD\nVERSION:3.0\nFN:Dana Fox\nTEL;type=CELL;waid=4915155500007:+4915155500007\nEND:VCARD'
  expect(await sent({ type: 'contacts', contacts: [dana] })).toEqual([
    '/messages/contact',
    { to: phone, name: 'Dana Fox', vcard },
  ])
  expect(await sent({ type: 'contacts', contacts: [dana, { phones: ['030 555'] }] })).toEqual([
    '/messages/contact_list',
    {
      to: phone,
      list: [
        { name: 'Dana Fox', vcard },
        { name: '030 555', vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:030 555\nTEL;type=CELL:030 555\nEND:VCARD' },
      ],
    },
  ])
  const poll = { type: 'poll', question: 'When?', options: ['Mon', 'Tue', 'Wed'] } as const
  const body = { to: phone, title: 'When?', options: poll.options }
  expect(await sent(poll)).toEqual(['/messages/poll', { ...body, count: 1 }])
  expect(await sent({ ...poll, choices: 3 })).toEqual(['/messages/poll', { ...body, count: 0 }])
})

test('buttons, lists and links', async () => {
  const around = { header: 'Order 42', footer: 'Thanks' }
  const shown = { header: { text: 'Order 42' }, body: { text: 'Confirm?' }, footer: { text: 'Thanks' } }
  expect(
    await sent({ type: 'buttons', text: 'Confirm?', ...around, buttons: [{ id: 'yes', title: 'Yes' }] }),
  ).toEqual([
    '/messages/interactive',
    {
      to: phone,
      type: 'button',
      ...shown,
      action: { buttons: [{ type: 'quick_reply', title: 'Yes', id: 'yes' }] },
    },
  ])
  const sections = [{ title: 'Fast', rows: [{ id: 'express', title: 'Express', description: 'Next day' }] }]
  expect(await sent({ type: 'list', text: 'Ship?', button: 'Choose', sections })).toEqual([
    '/messages/interactive',
    { to: phone, type: 'list', body: { text: 'Ship?' }, action: { list: { sections, label: 'Choose' } } },
  ])
  expect(await sent({ type: 'link', text: 'Pay', label: 'Open', url: 'https://shop.example' })).toEqual([
    '/messages/interactive',
    {
      to: phone,
      type: 'button',
      body: { text: 'Pay' },
      action: { buttons: [{ type: 'url', title: 'Open', id: 'link', url: 'https://shop.example' }] },
    },
  ])
})

test('a picture or a video above buttons, but no document', async () => {
  const above = (type: 'image' | 'video' | 'document', media: OutboundFile) =>
    ({
      type: 'link',
      text: 'Pay',
      header: { type, media },
      label: 'Open',
      url: 'https://shop.example',
    }) as const
  const url = 'https://shop.example/tea.png'
  expect(await sent(above('image', { url, mimeType: 'image/png' }))).toEqual([
    '/messages/interactive',
    expect.objectContaining({ body: { text: 'Pay' }, media: url, mime_type: 'image/png' }),
  ])
  expect((await sent(above('video', { id: 'mp4-00aa-11bb' })))[1]).toMatchObject({ media: 'mp4-00aa-11bb' })
  await expect(sent(above('document', { url }))).rejects.toMatchObject({
    code: 'channel_refused',
    message: expect.stringContaining('documents above buttons'),
  })
  await expect(sent(above('image', {}))).rejects.toMatchObject({ code: 'channel_refused' })
})

test('reactions are put and deleted', async () => {
  const { channel, requests } = await setUp(success)
  const targetId = 's.1.g4CA-a'
  const react = (emoji?: string) => {
    const content = { type: 'reaction' as const, targetId, ...(emoji !== undefined && { emoji }) }
    return channel.send({ ...message, content })
  }
  await expect(react('👍')).resolves.toEqual({})
  await expect(react()).resolves.toEqual({})
  expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['PUT', `/messages/${targetId}/reaction`, '{"emoji":"👍"}'],
    ['DELETE', `/messages/${targetId}/reaction`, ''],
  ])
})

test.each<OutboundContent>([
  { type: 'flow', text: 'Book', button: 'Go', flowId: '1' },
  { type: 'template', name: 'hello', language: 'en' },
  { type: 'location_request', text: 'Where?' },
  { type: 'contact_request', text: 'Who?' },
  { type: 'contacts', contacts: [] },
  { type: 'contacts', contacts: [{ phones: [] }] },
])('$type that Whapi cannot send is refused before anything is sent', async content => {
  const { channel, requests } = await setUp()
  await expect(channel.send({ ...message, content })).rejects.toMatchObject({
    code: 'channel_refused',
    retryable: false,
    scope: 'message',
  })
  expect(requests).toEqual([])
})

test('read marks and typing', async () => {
  const { channel, requests } = await setUp(success)
  const address = { account, to, providerId: 's.1/../../settings' }
  await expect(channel.markRead(address)).resolves.toBeUndefined()
  await expect(channel.startTyping(address)).resolves.toBeUndefined()
  expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['PUT', '/messages/s.1%2F..%2F..%2Fsettings', ''],
    ['PUT', `/presences/${chatId}`, '{"presence":"typing","delay":10}'],
  ])
})

test('the API may have another address and a path', async () => {
  const { server } = await setUp()
  const options = { ...channelOptions, apiUrl: `${server.url}/gate/whapi/` }
  await whapiChannel(options).send(message)
  await whapiChannel({ ...options, fetch }).send(message)
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/gate/whapi/messages/text',
    '/gate/whapi/messages/text',
  ])
})

describe('options', () => {
  test.each<[says: string, options: Partial<Record<keyof WhapiChannelOptions, unknown>>]>([
    ['account', { account: '' }],
    ['token', { token: '' }],
    ['token', { token: 'copied with a break\n' }],
    ['token', { token: undefined }],
    ['webhookSecret is empty', { webhookSecret: '' }],
    ['webhookSecretHeader is empty', { webhookSecretHeader: '' }],
    ['webhookMode', { webhookMode: 'path' }],
    ['typingTime', { typingTime: 61 }],
    ['typingTime', { typingTime: Number.NaN }],
    ['typingSeconds', { typingSeconds: -1 }],
    ['apiUrl', { apiUrl: 'gate.whapi.cloud' }],
    ['apiUrl', { apiUrl: 'ftp://gate.whapi.cloud' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 2 ** 31 }],
  ])('%s', (says, options) => {
    const create = () => whapiChannel({ ...channelOptions, ...options } as WhapiChannelOptions)
    expect(create).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(says) }),
    )
    expect(create).not.toThrow(/copied/)
  })
})
