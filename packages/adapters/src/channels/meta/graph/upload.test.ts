import type { OutboundContent, OutboundMessage } from '@switchboard/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accepted, json, type Reply, startServer } from '../../../http/local-server.test.support.js'
import { type MetaChannelOptions, metaChannel } from '../index.js'
import { account, channelOptions, phone } from '../webhook/samples.test.support.js'

const photo = Buffer.from([0xff, 0xd8, 0xff, 13, 10, 0x2d, 0x2d, 0])
const inline = `data:image/jpeg;base64,${photo.toString('base64')}`

const graph: Reply = (response, socket, request) => {
  const answer = request.path?.endsWith('/media') ? json(200, { id: '1003383000000009' }) : accepted
  answer(response, socket)
}

async function setUp(reply: Reply = graph, options: Partial<MetaChannelOptions> = {}) {
  const server = await startServer(reply)
  return {
    channel: metaChannel({ ...channelOptions, graphUrl: server.url, ...options }),
    requests: server.requests,
  }
}

function message(content: OutboundContent): OutboundMessage {
  return { id: 'message-1', channel: 'meta', account, to: { kind: 'phone', value: `+${phone}` }, content }
}

async function formOf(
  request: { bytes: Uint8Array; headers: { 'content-type'?: string | undefined } } | undefined,
) {
  const headers = { 'content-type': request?.headers['content-type'] ?? '' }
  return new Response(new Uint8Array(request?.bytes ?? []), { headers }).formData()
}

const clients: [name: string, options: Partial<MetaChannelOptions>][] = [
  ['the built-in client', {}],
  ['fetch', { fetch }],
]

describe.each(clients)('upload with %s', (_name, options) => {
  test('gives Meta the bytes as a form, and says under which id', async () => {
    const { channel, requests } = await setUp(graph, options)
    const file = { bytes: photo, mimeType: 'image/jpeg', filename: 'té "1".jpg' }
    await expect(channel.upload(file)).resolves.toEqual({
      id: '1003383000000009',
      mimeType: 'image/jpeg',
      filename: 'té "1".jpg',
    })
    const [request] = requests
    expect(request).toMatchObject({
      method: 'POST',
      path: `/v24.0/${account}/media`,
      headers: { authorization: 'Bearer sample-access-credential' },
    })
    const form = await formOf(request)
    expect([...form.keys()]).toEqual(['messaging_product', 'type', 'file'])
    expect(form.get('messaging_product')).toBe('whatsapp')
    expect(form.get('type')).toBe('image/jpeg')
    const sent = form.get('file') as File
    expect(sent.type).toBe('image/jpeg')
    expect(new Uint8Array(await sent.arrayBuffer())).toEqual(new Uint8Array(photo))
  })

  test('sends a data: URL by uploading it first', async () => {
    const { channel, requests } = await setUp(graph, options)
    const media = { url: inline, filename: 'shop.jpg' }
    await channel.send(message({ type: 'image', media, caption: 'Our shop' }))
    expect(requests.map(({ path }) => path)).toEqual([
      `/v24.0/${account}/media`,
      `/v24.0/${account}/messages`,
    ])
    expect(((await formOf(requests[0])).get('file') as File).name).toBe('shop.jpg')
    expect(JSON.parse(requests[1]?.body ?? '')).toMatchObject({
      type: 'image',
      image: { id: '1003383000000009', caption: 'Our shop' },
    })
  })
})

test('a data: URL above buttons is uploaded first, too', async () => {
  const { channel, requests } = await setUp()
  const header = { type: 'image', media: { url: inline, filename: 'shop.jpg' } } as const
  await channel.send(
    message({ type: 'buttons', text: 'Here?', header, buttons: [{ id: 'y', title: 'Yes' }] }),
  )
  expect(requests.map(({ path }) => path)).toEqual([`/v24.0/${account}/media`, `/v24.0/${account}/messages`])
  expect(JSON.parse(requests[1]?.body ?? '').interactive).toMatchObject({
    header: { type: 'image', image: { id: '1003383000000009' } },
    body: { text: 'Here?' },
  })
})

test('boundaries cannot be guessed', async () => {
  const { channel, requests } = await setUp()
  const file = { bytes: photo, mimeType: 'image/jpeg' }
  await channel.upload(file)
  await channel.upload(file, { account: '310010000000002' })
  const boundaries = requests.map(({ headers }) => headers['content-type'])
  expect(new Set(boundaries).size).toBe(2)
  expect(boundaries[0]).toMatch(/boundary=\S{32,}$/)
  expect(requests[1]?.path).toBe('/v24.0/310010000000002/media')
})

test('what is wrong is refused before a byte leaves', async () => {
  const { channel, requests } = await setUp()
  const refusal = { code: 'channel_refused', scope: 'message', retryable: false }
  for (const mimeType of [undefined, 'jpeg', 'image/jpeg\r\nx: y', 'image/jpeg; a=\u0000', ''])
    await expect(
      channel.upload({ bytes: photo, ...(mimeType !== undefined && { mimeType }) }),
    ).rejects.toMatchObject({ ...refusal, message: expect.stringContaining('mimeType') })
  await expect(channel.upload({ bytes: new Uint8Array(), mimeType: 'image/jpeg' })).rejects.toMatchObject({
    ...refusal,
    message: expect.stringContaining('empty'),
  })

  const heavy = `data:image/webp;base64,${Buffer.alloc(500 * 1024 + 1).toString('base64')}`
  const contents: [names: string, content: OutboundContent][] = [
    ['broken data: URL', { type: 'image', media: { url: 'data:image/jpeg;base64,!' } }],
    ['caption', { type: 'image', media: { url: inline }, caption: 'x'.repeat(1025) }],
    ['no caption', { type: 'voice', media: { url: inline }, caption: 'x' }],
    ['512001 bytes', { type: 'sticker', media: { url: heavy } }],
    [
      'video/mp4 or video/3gpp',
      {
        type: 'link',
        text: 'x',
        header: { type: 'video', media: { url: inline } },
        label: 'x',
        url: 'https://a.b',
      },
    ],
    [
      'header of a list',
      {
        type: 'list',
        text: 'x',
        header: { type: 'image', media: { url: inline } } as never,
        button: 'x',
        sections: [{ rows: [{ id: '1', title: 'x' }] }],
      },
    ],
    ['audio/ogg', { type: 'voice', media: { url: 'data:audio/mpeg;base64,SUQz' } }],
    ['image/jpeg or image/png', { type: 'image', media: { url: inline, mimeType: 'image/webp' } }],
  ]
  for (const [names, content] of contents)
    await expect(channel.send(message(content))).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining(names),
    })
  expect(requests).toEqual([])
})

test.each<[what: string, reply: Reply]>([
  ['breaks off', (_response, socket) => socket.destroy()],
  ['fails at a gateway', json(502, '<html>')],
  ['is not given an id', json(200, {})],
  ['comes too fast', json(429, { error: { code: 130429 } })],
])('an upload that %s may be tried again, since no message was sent', async (_what, reply) => {
  const { channel, requests } = await setUp(reply)
  const sending = channel.send(message({ type: 'image', media: { url: inline } }))
  await expect(sending).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
  expect(requests).toHaveLength(1)
})

test('an upload that Meta refuses says so, without the name of the file', async () => {
  const details = 'File salary-of-mara.pdf is damaged'
  const { channel } = await setUp(json(400, { error: { code: 131053, error_data: { details } } }))
  const file = { bytes: photo, mimeType: 'application/pdf', filename: 'salary-of-mara.pdf' }
  const error = await channel.upload(file).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'channel_refused', retryable: false, providerCode: '131053' })
  expect(String(error)).not.toContain('mara')
})

test('no words of a message get into its error, wherever they stand', async () => {
  const words = ['Meet me at seven', 'Room 101, second floor', 'Bring the red folder', 'Confirmed by Mara']
  const details = `Invalid: ${words.join(' | ')}`
  const { channel } = await setUp(json(400, { error: { code: 100, error_data: { details } } }))
  const [header = '', text = '', footer = '', title = ''] = words
  const contents: OutboundContent[] = [
    { type: 'buttons', header, text, footer, buttons: [{ id: '1', title }] },
    { type: 'list', text, button: title, sections: [{ rows: [{ id: '1', title, description: header }] }] },
    { type: 'contacts', contacts: [{ name: title, phones: [footer], organisation: header }] },
    { type: 'location', latitude: 1, longitude: 1, name: text, address: footer },
    {
      type: 'template',
      name: 'note',
      language: 'en',
      components: [{ type: 'body', parameters: words.map(word => ({ type: 'text', text: word })) }],
    },
  ]
  for (const content of contents) {
    const error = await channel.send(message(content)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'channel_refused', providerCode: '100' })
    for (const word of words) expect(String(error)).not.toContain(word)
  }
})

test('whatever a file is made of, it is sent or refused, and never in doubt', async () => {
  const { channel } = await setUp()
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.string(),
    fc.constantFrom(inline, 'image/png', 'a\r\nb'),
  )
  const keys = fc.constantFrom('id', 'url', 'mimeType', 'filename')
  const media = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(keys, value).map(fields => ({ url: inline, ...fields })),
  )
  const type = fc.constantFrom('image', 'video', 'audio', 'voice', 'document', 'sticker', 'unheard_of')
  await fc.assert(
    fc.asyncProperty(type, media, async (kind, file) => {
      const content = { type: kind, media: file } as unknown as OutboundContent
      const error = await channel.send(message(content)).catch((thrown: unknown) => thrown)
      if (error instanceof Error) expect(error).toMatchObject({ code: 'channel_refused', retryable: false })
    }),
    { numRuns: 300 },
  )
})
