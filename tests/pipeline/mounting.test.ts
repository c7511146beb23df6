import { once } from 'node:events'
import { createServer, request as httpRequest, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import type { Channel } from '@switchboard/core'
import { createBot } from '@switchboard/core'
import { toNodeHandler } from '@switchboard/core/node'
import { memoryStore } from '@switchboard/storage/memory'
import express from 'express'
import { describe, expect, it } from 'vitest'

/** A channel that answers with what it was given. */
function mirror(seen: string[]): Channel {
  return {
    specificationVersion: 'v1',
    name: 'mirror',
    defaultAccount: 'one',
    receive({ method, url, headers, body }) {
      seen.push(`${method} ${url} ${headers.get('X-Signature')} ${Buffer.from(body).toString()}`)
      return { events: [], response: { status: 200, headers: { 'x-mirror': 'yes' }, body: 'ok' } }
    },
    send: async () => ({}),
  }
}

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function mirrorBot() {
  const seen: string[] = []
  const bot = createBot({
    channels: [mirror(seen)],
    store: memoryStore(),
    respond: () => undefined,
    maxBodyBytes: 1_000,
  })
  return { bot, seen }
}

const headers = { 'x-signature': 'abc' }

describe('webhooks', () => {
  it('behind node:http: raw bytes, headers of any case, the channel by the last path segment', async () => {
    const { bot, seen } = mirrorBot()
    await using server = await listen(toNodeHandler(bot))
    const response = await fetch(`${server.url}/any/where/mirror?x=1`, {
      method: 'POST',
      body: 'héllo',
      headers,
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-mirror')).toBe('yes')
    expect(await response.text()).toBe('ok')
    expect(seen).toEqual(['POST /any/where/mirror?x=1 abc héllo'])
  })

  it('mounted in Express before its body parsers', async () => {
    const { bot, seen } = mirrorBot()
    const app = express()
    app.use('/webhooks', toNodeHandler(bot))
    app.use(express.json())
    await using server = await listen(app)
    const response = await fetch(`${server.url}/webhooks/mirror`, {
      method: 'POST',
      body: '{"a": 1}',
      headers,
    })
    expect(response.status).toBe(200)
    expect(seen).toEqual(['POST /mirror abc {"a": 1}'])
  })

  it('mounted after a body parser: says what to do, unless the raw bytes were kept', async () => {
    const { bot, seen } = mirrorBot()
    const app = express()
    app.use('/lost', express.json(), toNodeHandler(bot))
    const keep = (request: object, _response: unknown, bytes: Buffer) =>
      Object.assign(request, { rawBody: bytes })
    app.use('/kept', express.json({ verify: keep }), toNodeHandler(bot))
    await using server = await listen(app)
    const init = {
      method: 'POST',
      body: '{"a": 1}',
      headers: { ...headers, 'content-type': 'application/json' },
    }
    const lost = await fetch(`${server.url}/lost/mirror`, init)
    expect(lost.status).toBe(500)
    expect(await lost.text()).toContain('before express.json()')
    expect((await fetch(`${server.url}/kept/mirror`, init)).status).toBe(200)
    expect(seen).toEqual(['POST /mirror abc {"a": 1}'])
  })

  it('as a web-standard handler', async () => {
    const { bot, seen } = mirrorBot()
    const post = (body: string | ReadableStream) =>
      bot.fetch(
        new Request('https://example.com/hooks/mirror', {
          method: 'POST',
          body,
          headers,
          duplex: 'half',
        } as never),
      )
    expect((await post('hello')).status).toBe(200)
    expect((await post('x'.repeat(1_001))).status).toBe(413)
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(300))
      },
    })
    expect((await post(stream)).status).toBe(413)
    expect(seen).toEqual(['POST https://example.com/hooks/mirror abc hello'])
  })

  it('that are too long: 413 before they are read, and while they are read', async () => {
    const { bot, seen } = mirrorBot()
    await using server = await listen(toNodeHandler(bot))
    expect((await fetch(`${server.url}/mirror`, { method: 'POST', body: 'x'.repeat(1_001) })).status).toBe(
      413,
    )
    const outgoing = httpRequest(`${server.url}/mirror`, { method: 'POST' })
    outgoing.on('error', () => {})
    for (let chunk = 0; chunk < 5; chunk++) outgoing.write('x'.repeat(300))
    const [response] = (await once(outgoing, 'response')) as [{ statusCode: number }]
    expect(response.statusCode).toBe(413)
    outgoing.destroy()
    expect(seen).toEqual([])
  })

  it('whose sender hangs up in the middle: nobody is hurt', async () => {
    const { bot, seen } = mirrorBot()
    await using server = await listen(toNodeHandler(bot))
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST /mirror HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
    await new Promise(resolve => setTimeout(resolve, 50))
    socket.destroy()
    expect((await fetch(`${server.url}/mirror`, { method: 'POST', body: 'after', headers })).status).toBe(200)
    expect(seen).toEqual(['POST /mirror abc after'])
  })

  it('for a channel that is not there: 404 that names those which are', async () => {
    const { bot } = mirrorBot()
    const response = await bot.fetch(new Request('https://example.com/fax', { method: 'POST' }))
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('mirror')
  })

  // Quadratic work on this path would not end within the test's time.
  it.each([
    ['/mirror///', 200],
    ['/', 404],
    ['', 404],
    [`/${'/'.repeat(200_000)}x`, 404],
    [`/mirror${'/'.repeat(200_000)}?${'/'.repeat(200_000)}x`, 200],
  ])('finds the channel in any path', async (url, status) => {
    const { bot } = mirrorBot()
    const request = { method: 'POST', url, headers: { get: () => null }, body: new Uint8Array() }
    expect((await bot.handle(request)).status).toBe(status)
  })

  it('of a channel that answers what HTTP cannot carry: 500, and the process goes on', async () => {
    const response = { status: 200, headers: { 'x-odd': 'line\nbreak' } }
    const channel = { ...mirror([]), receive: () => ({ events: [], response }) }
    const bot = createBot({ channels: [channel], store: memoryStore(), respond: () => undefined })
    await using server = await listen(toNodeHandler(bot))
    expect((await fetch(`${server.url}/mirror`, { method: 'POST', body: 'x' })).status).toBe(500)
    expect((await fetch(`${server.url}/mirror`, { method: 'POST', body: 'x' })).status).toBe(500)
  })

  it('of a channel whose adapter throws: 500, and the next one is served', async () => {
    const channel = { ...mirror([]), receive: () => Promise.reject(new Error('a bug')) }
    const bot = createBot({ channels: [channel], store: memoryStore(), respond: () => undefined })
    expect((await bot.fetch(new Request('https://example.com/mirror', { method: 'POST' }))).status).toBe(500)
    expect((await bot.health()).ok).toBe(true)
  })
})

describe('a bot that is put together wrongly', () => {
  const store = memoryStore()
  const respond = () => undefined

  it.each([
    ['no channel', { channels: [] }, 'at least one channel'],
    ['two of one name', { channels: [mirror([]), mirror([])] }, 'same name'],
    ['a window beyond all times', { channels: [mirror([])], buffer: { quietMs: 1e18 } }, 'buffer.quietMs'],
    ['an endless handoff', { channels: [mirror([])], handoffIdleMs: Infinity }, 'handoffIdleMs'],
    ['a negative window', { channels: [mirror([])], buffer: { quietMs: -1 } }, 'buffer.quietMs'],
    [
      'a lease that is no number',
      { channels: [mirror([])], turns: { leaseMs: Number.NaN } },
      'turns.leaseMs',
    ],
  ])('%s: says so', (_what, options, words) => {
    expect(() => createBot({ store, respond, ...options })).toThrow(words)
  })
})
