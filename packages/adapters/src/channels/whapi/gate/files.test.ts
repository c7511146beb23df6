import { describe, expect, test } from 'vitest'
import { type Answer, json, startServer } from '../../../http/local-server.test.support.js'
import { type Fetch, type WhapiChannelOptions, whapiChannel } from '../index.js'
import { channelOptions } from '../webhook/samples.test.support.js'

const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])
const id = 'png-00aa-11bb'

function file(contents: Buffer | string = bytes, type = 'image/png'): Answer {
  return response => response.writeHead(200, { 'content-type': type }).end(contents)
}

const gone = json(404, { error: { code: 404, message: 'not found', details: 'Specified media not found' } })

describe.each<[name: string, options: Partial<WhapiChannelOptions>]>([
  ['built-in client', {}],
  ['fetch', { fetch }],
])('%s', (_name, transport) => {
  async function setUp(answer: Answer) {
    const api = await startServer(answer)
    const webhookSecret = 'sample-hook-secret'
    const options = { ...channelOptions, ...transport, apiUrl: `${api.url}/gate` }
    return {
      api,
      channel: whapiChannel({ ...options, webhookSecret }),
      unverified: whapiChannel(options),
    }
  }

  test('a file comes by its id', async () => {
    const { api, channel } = await setUp(file())
    const media = { id, url: 'https://nobody.invalid/x', mimeType: 'image/jpeg', filename: 'a.png' }
    const { bytes: got, ...rest } = await channel.download(media)
    expect(Buffer.from(got)).toEqual(bytes)
    expect(rest).toEqual({ mimeType: 'image/png', filename: 'a.png' })
    expect(api.requests).toMatchObject([
      {
        method: 'GET',
        path: `/gate/media/${id}`,
        headers: { authorization: 'Bearer sample-channel-credential' },
      },
    ])
  })

  test('by its link when there is no id, or Whapi has it no more, and without the token', async () => {
    const { api, channel } = await setUp(gone)
    const storage = await startServer(file())
    const url = `${storage.url}/in/1.png?sig=a%2Fb`
    for (const media of [{ url }, { id, url }]) {
      expect(Buffer.from((await channel.download(media)).bytes)).toEqual(bytes)
    }
    expect(api.requests).toHaveLength(1)
    expect(storage.requests.map(({ path }) => path)).toEqual(['/in/1.png?sig=a%2Fb', '/in/1.png?sig=a%2Fb'])
    for (const { headers } of storage.requests) expect(headers).not.toHaveProperty('authorization')
  })

  test('a link that nobody has verified leads nowhere but to the API', async () => {
    const { api, unverified } = await setUp(gone)
    const storage = await startServer(file())
    const refusal = { code: 'channel_refused', retryable: false }
    const url = `${storage.url}/latest/meta-data`
    await expect(unverified.download({ url })).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('webhookSecret'),
    })
    await expect(unverified.download({ id, url })).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('404'),
    })
    expect(storage.requests).toEqual([])
    await expect(unverified.download({ url: `${api.url}/files/1` })).rejects.toMatchObject(refusal)
    expect(api.requests.map(({ path }) => path)).toEqual([`/gate/media/${id}`, '/files/1'])
  })

  test('a link of the API itself gets the token', async () => {
    const { api, channel } = await setUp(file())
    await channel.download({ url: `${api.url}/files/1` })
    expect(api.requests).toMatchObject([
      { path: '/files/1', headers: { authorization: 'Bearer sample-channel-credential' } },
    ])
  })

  test.each<[why: string, answer: Answer, retryable: boolean]>([
    ['is gone', gone, false],
    ['may not be seen', json(403, ''), false],
    ['fails', json(500, ''), true],
    ['is too much for now', json(429, ''), true],
    ['is empty', file(''), true],
    ['is a page', file('<html>Please log in</html>', 'text/html; charset=utf-8'), true],
    ['never comes', (_response, socket) => socket.destroy(), true],
    [
      'is cut off',
      (response, socket) => {
        response.writeHead(200, { 'content-length': 500 }).write('abc', () => socket.destroy())
      },
      true,
    ],
  ])('a file that %s', async (_why, answer, retryable) => {
    const { channel } = await setUp(answer)
    await expect(channel.download({ id })).rejects.toMatchObject({ code: 'channel_refused', retryable })
  })

  test('a file that is too long is refused, one that just fits is not', async () => {
    const { channel } = await setUp(file())
    await expect(channel.download({ id }, { maxBytes: 7 })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      message: expect.stringContaining('7 bytes'),
    })
    expect((await channel.download({ id }, { maxBytes: 8 })).bytes).toHaveLength(8)
  })

  test('JSON that looks like an error is a file', async () => {
    const text = '{"error":{"code":404}}'
    const { channel } = await setUp(file(text, 'application/json'))
    expect(Buffer.from((await channel.download({ id })).bytes).toString()).toBe(text)
  })

  test('what cannot be fetched is not tried', async () => {
    const { api, channel } = await setUp(file())
    for (const media of [{}, { url: 'file:///etc/passwd' }, { url: 'data:,x' }, { url: 'x' }]) {
      await expect(channel.download(media)).rejects.toMatchObject({
        code: 'channel_refused',
        retryable: false,
      })
    }
    await expect(channel.download({ id }, { account: 'OTHER-1' })).rejects.toMatchObject({ scope: 'account' })
    await expect(channel.download({ id }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
    })
    expect(api.requests).toEqual([])
  })

  test('a link without TLS is for an API without TLS only', async () => {
    const { api } = await setUp(file())
    const channel = whapiChannel({ ...channelOptions, ...transport, apiUrl: 'https://gate.whapi.invalid' })
    await expect(channel.download({ url: `${api.url}/latest/meta-data` })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
    expect(api.requests).toEqual([])
  })

  test.each([
    '127.0.0.1',
    '169.254.169.254',
    '[::1]',
    '0x7f.1',
    '2130706433',
    'localhost',
    'metadata.internal',
  ])('a link does not lead into our own network: %s', async host => {
    const asked: string[] = []
    const fetch: Fetch = url => {
      asked.push(url)
      return Promise.reject(new Error('asked'))
    }
    // Verified webhooks: without them no link leads to another server at all.
    const options = { ...channelOptions, webhookSecret: 'a secret of the webhooks' }
    const channel = whapiChannel({ ...options, apiUrl: 'https://gate.whapi.invalid', fetch })
    await expect(channel.download({ url: `https://${host}/file` })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
    expect(asked).toEqual([])
    await expect(channel.download({ url: 'https://files.example.com/file' })).rejects.toThrow()
    expect(asked).toEqual(['https://files.example.com/file'])
  })

  test.each(['..', '.', ''])('the id %j is none', async id => {
    const { api, channel } = await setUp(file())
    await expect(channel.download({ id })).rejects.toMatchObject({ code: 'channel_refused' })
    expect(api.requests).toEqual([])
  })

  test('an id cannot lead elsewhere', async () => {
    const { api, channel } = await setUp(file())
    await channel.download({ id: '../settings?x=1' })
    expect(api.requests[0]?.path).toBe('/gate/media/..%2Fsettings%3Fx%3D1')
  })

  test('a file is uploaded as its bytes', async () => {
    const { api, channel } = await setUp(json(200, { media: [{ id: 'pdf-1-2' }] }))
    const pdf = { bytes: Buffer.from('%PDF-1.4'), mimeType: 'application/pdf', filename: 'a.pdf' }
    await expect(channel.upload(pdf)).resolves.toEqual({
      id: 'pdf-1-2',
      mimeType: 'application/pdf',
      filename: 'a.pdf',
    })
    expect(api.requests).toMatchObject([
      {
        method: 'POST',
        path: '/gate/media',
        headers: { 'content-type': 'application/pdf' },
        body: '%PDF-1.4',
      },
    ])
  })

  test.each<[why: string, answer: Answer, retryable: boolean]>([
    ['without an id', json(200, { media: [] }), true],
    ['with a page', json(200, '<html></html>'), true],
    ['with 502', json(502, ''), true],
    ['with 413', json(413, ''), false],
  ])('an upload that ends %s', async (_why, answer, retryable) => {
    const { channel } = await setUp(answer)
    await expect(channel.upload({ bytes })).rejects.toMatchObject({ code: 'channel_refused', retryable })
  })
})
