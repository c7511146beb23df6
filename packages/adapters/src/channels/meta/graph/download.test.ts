import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { MediaRef } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { json, type LocalServer, type Reply, startServer } from '../../../http/local-server.test.support.js'
import { type MetaChannelOptions, metaChannel } from '../index.js'
import { account, channelOptions } from '../webhook/samples.test.support.js'

const photo = Buffer.from([0xff, 0xd8, 0xff, 0, 1, 2, 3])
const digest = createHash('sha256').update(photo).digest()
const id = '1003383000000001'
const bearer = `Bearer ${channelOptions.accessToken}`

const file =
  (bytes: Uint8Array): Reply =>
  response => {
    response.writeHead(200, { 'content-type': 'image/jpeg' })
    response.end(bytes)
  }
const page =
  (status: number): Reply =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end('<html>Not here</html>')
  }

interface Graph extends LocalServer {
  /** Where files are, as a webhook brings it. */
  address(name: string): string
}

/** A Graph API whose look-ups give `/files/1`, `/files/2`, …; what is there `give` says. */
async function startGraph(give: (name: string) => Reply, found: object = {}): Promise<Graph> {
  let lookUps = 0
  const server = await startServer((response, socket, request) => {
    const name = /^\/files\/(.*)$/.exec(request.path ?? '')?.[1]
    if (name !== undefined) return give(name)(response, socket, request)
    const url = `${server.url}/files/${++lookUps}`
    json(200, { messaging_product: 'whatsapp', url, mime_type: 'image/jpeg', id, ...found })(response, socket)
  })
  return { ...server, address: name => `${server.url}/files/${name}` }
}

const open = (graphUrl: string, options: Partial<MetaChannelOptions> = {}) =>
  metaChannel({ ...channelOptions, graphUrl, ...options })

const pathsOf = ({ requests }: LocalServer) => requests.map(({ path }) => path)
const lookUp = `/v24.0/${id}?phone_number_id=${account}`

const clients: [name: string, options: Partial<MetaChannelOptions>][] = [
  ['the built-in client', {}],
  ['fetch', { fetch }],
  [
    'a fetch without streams',
    {
      fetch: async (url, init) => {
        const response = await fetch(url, init)
        const { status, headers } = response
        // node-fetch gives streams of Node, which are not read here.
        return { status, headers, body: Readable.from([]), arrayBuffer: () => response.arrayBuffer() }
      },
    },
  ],
]

describe.each(clients)('with %s', (_name, options) => {
  test('in two steps, both with the token', async () => {
    const graph = await startGraph(() => file(photo), { sha256: digest.toString('hex'), file_size: 7 })
    const media = await open(graph.url, options).download({ id, filename: 'shop.jpg' })
    expect({ ...media, bytes: [...media.bytes] }).toEqual({
      bytes: [...photo],
      mimeType: 'image/jpeg',
      filename: 'shop.jpg',
    })
    expect(pathsOf(graph)).toEqual([lookUp, '/files/1'])
    for (const { method, headers } of graph.requests) {
      expect(method).toBe('GET')
      expect(headers.authorization).toBe(bearer)
    }
    expect(graph.requests[1]?.headers['user-agent']).toBe('switchboard')
  })

  test('in one step with the address of the webhook', async () => {
    const graph = await startGraph(() => file(photo))
    const url = graph.address('fresh?mid=1&hash=a%2Fb')
    const media: MediaRef = { id, url, mimeType: 'image/webp', sha256: digest.toString('base64') }
    expect(await open(graph.url, options).download(media)).toMatchObject({ mimeType: 'image/webp' })
    expect(pathsOf(graph)).toEqual(['/files/fresh?mid=1&hash=a%2Fb'])
  })

  test('a file that is too long is not read to its end', async () => {
    const endless: Reply = response => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000)));
      }
      response.on('drain', more)
      more()
    }
    // A fetch that has no streams cannot stop early.
    const graph = await startGraph(() =>
      'fetch' in options && options.fetch !== fetch ? file(photo) : endless,
    )
    const download = open(graph.url, options).download({ id }, { maxBytes: 6 })
    await expect(download).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      message: expect.stringContaining('maxBytes'),
    })
  })

  test('exactly as long as it may be', async () => {
    const graph = await startGraph(() => file(photo))
    const { bytes } = await open(graph.url, options).download({ id }, { maxBytes: 7 })
    expect(bytes.byteLength).toBe(7)
  })

  test('a file that is cut off may be tried again', async () => {
    const graph = await startGraph(() => response => {
      response.writeHead(200, { 'content-length': '100' })
      response.write(photo, () => response.destroy())
    })
    await expect(open(graph.url, options).download({ id })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
    })
  })

  test('a file that looks like an error of Meta is a file', async () => {
    const text = JSON.stringify({ error: { code: 190, message: 'Expired' } })
    const graph = await startGraph(() => file(Buffer.from(text)))
    const { bytes } = await open(graph.url, options).download({ id })
    expect(Buffer.from(bytes).toString()).toBe(text)
  })
})

describe('addresses', () => {
  test.each([401, 403, 404, 410])('one that answers %i is asked for again', async status => {
    const graph = await startGraph(name => (name === '1' ? file(photo) : page(status)))
    const { bytes } = await open(graph.url).download({ id, url: graph.address('old') })
    expect(bytes.byteLength).toBe(7)
    expect(pathsOf(graph)).toEqual(['/files/old', lookUp, '/files/1'])
  })

  test('once: a file that is gone is gone', async () => {
    const graph = await startGraph(() => page(404))
    await expect(open(graph.url).download({ id })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      message: expect.stringContaining('404'),
    })
    expect(pathsOf(graph)).toEqual([lookUp, '/files/1', lookUp, '/files/2'])
  })

  test.each([429, 500, 503])('a server that answers %i is left alone for now', async status => {
    const graph = await startGraph(() => page(status))
    await expect(open(graph.url).download({ id })).rejects.toMatchObject({ retryable: true })
    expect(pathsOf(graph)).toEqual([lookUp, '/files/1'])
  })

  test('of the right account', async () => {
    const graph = await startGraph(() => file(photo))
    await open(graph.url).download({ id: '1/../me' }, { account: '7&x=1' })
    expect(pathsOf(graph)[0]).toBe('/v24.0/1%2F..%2Fme?phone_number_id=7%26x%3D1')
  })

  test('an id that Meta does not know is a refusal', async () => {
    const server = await startServer(json(400, { error: { code: 100, message: 'No such object' } }))
    await expect(open(server.url).download({ id })).rejects.toMatchObject({
      code: 'channel_refused',
      providerCode: '100',
    })
  })

  test.each([{}, { url: 'no address' }, { url: 'ftp://lookaside.fbsbx.com/1' }, []])(
    'a look-up that says %j may be tried again',
    async answer => {
      const server = await startServer(json(200, answer))
      await expect(open(server.url).download({ id })).rejects.toMatchObject({
        code: 'channel_refused',
        retryable: true,
      })
    },
  )
})

describe('a digest', () => {
  const wrong = createHash('sha256').update('another').digest()

  test.each([wrong.toString('hex'), wrong.toString('base64')])('%s that is another file’s', async sha256 => {
    const graph = await startGraph(() => file(photo))
    await expect(open(graph.url).download({ id, sha256 })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
      message: expect.stringContaining('sha256'),
    })
  })

  test('of the look-up counts when the webhook had none', async () => {
    const graph = await startGraph(() => file(photo), { sha256: wrong.toString('hex') })
    await expect(open(graph.url).download({ id })).rejects.toMatchObject({ code: 'channel_refused' })
    const known = { id, sha256: digest.toString('hex').toUpperCase() }
    await expect(open(graph.url).download(known)).resolves.toBeDefined()
  })

  test('that is none is not compared', async () => {
    const graph = await startGraph(() => file(photo))
    await expect(open(graph.url).download({ id, sha256: 'c0ffee' })).resolves.toBeDefined()
  })
})

test.each([-1, Number.NaN])('maxBytes of %d is refused before anything is asked', async maxBytes => {
  const graph = await startGraph(() => file(photo))
  await expect(open(graph.url).download({ id }, { maxBytes })).rejects.toMatchObject({
    code: 'channel_refused',
  })
  expect(graph.requests).toEqual([])
})

test('a file whose length Meta tells is not fetched when it is too long', async () => {
  const graph = await startGraph(() => file(photo), { file_size: 8 })
  await expect(open(graph.url).download({ id }, { maxBytes: 7 })).rejects.toMatchObject({ retryable: false })
  expect(pathsOf(graph)).toEqual([lookUp])
})

test('a download can be given up, and has a time of its own', async () => {
  const graph = await startGraph(() => () => undefined)
  const stop = new AbortController()
  const download = open(graph.url, { timeoutMs: 20_000 }).download({ id }, { signal: stop.signal })
  while (graph.requests.length < 2) await new Promise(resolve => setTimeout(resolve, 5))
  stop.abort(new Error('stopped'))
  await expect(download).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
  await expect(open(graph.url, { mediaTimeoutMs: 50 }).download({ id })).rejects.toMatchObject({
    code: 'channel_refused',
    retryable: true,
  })
})
