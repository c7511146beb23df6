import type { OutboundMessage, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { accepted, json, startServer } from '../../../http/local-server.test.support.js'
import { type MetaChannelOptions, metaChannel } from '../index.js'
import { account, channelOptions, parentUserId, phone, userId } from '../webhook/samples.test.support.js'

const to: Peer = { kind: 'phone', value: `+${phone}` }
const text = 'Until six – „gern“ 🙂'
const message: OutboundMessage = {
  id: 'message-1',
  channel: 'meta',
  account,
  to,
  content: { type: 'text', text },
}

async function setUp(answer = accepted, options: Partial<MetaChannelOptions> = {}) {
  const server = await startServer(answer)
  const channel = metaChannel({ ...channelOptions, graphUrl: server.url, ...options })
  return { channel, server, requests: server.requests }
}

describe('a text', () => {
  test('is posted to its account with the token, byte for byte', async () => {
    const { channel, requests } = await setUp()
    await expect(channel.send(message)).resolves.toEqual({ providerId: 'wamid.accepted' })
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: `/v24.0/${account}/messages`,
        headers: { authorization: 'Bearer sample-access-credential', 'content-type': 'application/json' },
        body:
          '{"messaging_product":"whatsapp","recipient_type":"individual","to":"+4915155500001",' +
          '"biz_opaque_callback_data":"message-1","type":"text","text":{"body":"Until six – „gern“ 🙂"}}',
      },
    ])
  })

  async function bodyOf(changes: Partial<OutboundMessage>): Promise<unknown> {
    const { channel, requests } = await setUp()
    await channel.send({ ...message, ...changes })
    return JSON.parse(requests[0]?.body ?? '')
  }

  test.each<[to: Peer, address: object]>([
    [
      { kind: 'phone', value: phone },
      { recipient_type: 'individual', to: `+${phone}` },
    ],
    [
      { kind: 'bsuid', value: userId },
      { recipient_type: 'individual', recipient: userId },
    ],
    [
      { kind: 'parent_bsuid', value: parentUserId },
      { recipient_type: 'individual', recipient: parentUserId },
    ],
    [
      { kind: 'group', value: 'Y2FwaV9zYW1wbGU' },
      { recipient_type: 'group', to: 'Y2FwaV9zYW1wbGU' },
    ],
  ])('to %j', async (peer, address) => {
    expect(await bodyOf({ to: peer })).toEqual({
      messaging_product: 'whatsapp',
      ...address,
      biz_opaque_callback_data: 'message-1',
      type: 'text',
      text: { body: text },
    })
  })

  test('quotes', async () => {
    expect(await bodyOf({ quotedId: 'wamid.theirs' })).toMatchObject({
      context: { message_id: 'wamid.theirs' },
    })
    expect(await bodyOf({})).not.toHaveProperty('context')
  })

  test.each([true, false, undefined])(
    'says whether links have previews only when asked: %s',
    async linkPreview => {
      const content = { type: 'text' as const, text: 'x', ...(linkPreview !== undefined && { linkPreview }) }
      const preview = linkPreview === undefined ? {} : { preview_url: linkPreview }
      expect(await bodyOf({ content })).toMatchObject({ text: { body: 'x', ...preview } })
      expect(Object.keys(((await bodyOf({ content })) as { text: object }).text)).toHaveLength(
        linkPreview === undefined ? 1 : 2,
      )
    },
  )

  test('to an address that Meta does not have is refused before anything is sent', async () => {
    const { channel, requests } = await setUp()
    for (const kind of ['lid', 'jid'] as const) {
      await expect(channel.send({ ...message, to: { kind, value: '1@lid' } })).rejects.toMatchObject({
        code: 'channel_refused',
        retryable: false,
        scope: 'recipient',
      })
    }
    const content = { type: 'poll' } as unknown as OutboundMessage['content']
    await expect(channel.send({ ...message, content })).rejects.toMatchObject({ code: 'channel_refused' })
    expect(requests).toEqual([])
  })

  test('an account cannot lead elsewhere', async () => {
    const { channel, requests } = await setUp()
    await channel.send({ ...message, account: '../me?x=1' })
    expect(requests[0]?.path).toBe('/v24.0/..%2Fme%3Fx%3D1/messages')
  })
})

test('read marks and typing', async () => {
  const { channel, requests } = await setUp(json(200, { success: true }))
  const address = { account, to, providerId: 'wamid.theirs' }
  await expect(channel.markRead(address)).resolves.toBeUndefined()
  await expect(channel.startTyping(address)).resolves.toBeUndefined()
  expect(requests.map(({ path, body }) => [path, body])).toEqual([
    [
      `/v24.0/${account}/messages`,
      '{"messaging_product":"whatsapp","status":"read","message_id":"wamid.theirs"}',
    ],
    [
      `/v24.0/${account}/messages`,
      '{"messaging_product":"whatsapp","status":"read","message_id":"wamid.theirs","typing_indicator":{"type":"text"}}',
    ],
  ])
})

test('read marks that fail say so', async () => {
  const { channel } = await setUp(json(400, { error: { code: 131009, message: 'Unknown message' } }))
  const address = { account, to, providerId: 'wamid.gone' }
  await expect(channel.markRead(address)).rejects.toMatchObject({
    code: 'channel_refused',
    providerCode: '131009',
  })
  await expect(channel.startTyping(address)).rejects.toMatchObject({ code: 'channel_refused' })
})

test('address and version can be chosen', async () => {
  const { server } = await setUp()
  const options = { ...channelOptions, graphUrl: `${server.url}/gate/graph/`, graphVersion: 'v25.0' }
  await metaChannel(options).send(message)
  await metaChannel({ ...options, fetch }).send(message)
  expect(server.requests.map(({ path }) => path)).toEqual(
    Array.from({ length: 2 }, () => `/gate/graph/v25.0/${account}/messages`),
  )
})

describe('the token', () => {
  test('may change between messages', async () => {
    let rotation = 0
    const { channel, requests } = await setUp(accepted, { accessToken: async () => `rotating-${++rotation}` })
    await channel.send(message)
    await channel.send(message)
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer rotating-1',
      'Bearer rotating-2',
    ])
  })

  test.each<[why: string, give: () => string | Promise<string>, retryable: boolean]>([
    ['fails', () => Promise.reject(new Error('vault sealed')), true],
    [
      'throws',
      () => {
        throw new Error('vault sealed')
      },
      true,
    ],
    ['is empty', () => '', false],
    ['has a line break', async () => 'rotating-secret\n', false],
    ['is none', () => undefined as unknown as string, false],
  ])('that %s sends nothing', async (_why, give, retryable) => {
    const { channel, requests } = await setUp(accepted, { accessToken: give })
    const error = await channel.send(message).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'channel_refused', scope: 'auth', retryable })
    expect(String(error)).not.toContain('rotating-secret')
    expect(requests).toEqual([])
  })

  test('that never comes ends with the time of the send, and nothing was sent', async () => {
    const { channel, requests } = await setUp(accepted, {
      accessToken: () => new Promise(() => {}),
      timeoutMs: 30,
    })
    await expect(channel.send(message)).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
    expect(requests).toEqual([])
  })
})

describe('options', () => {
  test.each<[says: string, options: Partial<Record<keyof MetaChannelOptions, unknown>>]>([
    ['phoneNumberId', { phoneNumberId: '' }],
    ['phoneNumberId', { phoneNumberId: undefined }],
    ['appSecret is empty', { appSecret: '' }],
    ['verifyToken is empty', { verifyToken: '' }],
    ['accessToken', { accessToken: '' }],
    ['accessToken', { accessToken: 'copied with a break\n' }],
    ['accessToken', { accessToken: undefined }],
    ['graphUrl', { graphUrl: 'graph.facebook.com' }],
    ['graphUrl', { graphUrl: 'ftp://graph.facebook.com' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['timeoutMs', { timeoutMs: 2 ** 31 }],
  ])('%s', (says, options) => {
    const create = () => metaChannel({ ...channelOptions, ...options } as MetaChannelOptions)
    expect(create).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(says) }),
    )
  })

  test('the errors of options show no secret', () => {
    const create = () => metaChannel({ ...channelOptions, accessToken: 'copied with a break\n' })
    expect(create).not.toThrow(/copied/)
  })

  test('the channel is what its options say', () => {
    const channel = metaChannel({ ...channelOptions, name: 'shop' })
    expect(channel).toMatchObject({ specificationVersion: 'v1', name: 'shop', defaultAccount: account })
    expect(metaChannel(channelOptions).name).toBe('meta')
  })
})
