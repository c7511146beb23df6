import * as net from 'node:net'
import type { OutboundMessage } from '@switchboard/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type MetaChannelOptions, metaChannel } from '../index.js'
import { account, channelOptions, phone } from '../webhook/samples.test.support.js'
import { selfSigned } from './certificate.test.support.js'
import { type Answer, accepted, json, listen, startServer } from './local-server.test.support.js'

const message: OutboundMessage = {
  id: 'message-1',
  channel: 'meta',
  account,
  to: { kind: 'phone', value: `+${phone}` },
  content: { type: 'text', text: 'The code of the gate is 4711' },
}

const refusedForNow = { code: 'channel_refused', retryable: true }
const unknown = { code: 'channel_unknown', retryable: false }

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Both ways to send must judge alike. */
const transports: [name: string, options: Partial<MetaChannelOptions>][] = [
  ['built-in client', {}],
  ['fetch', { fetch }],
]

describe.each(transports)('%s', (_name, transport) => {
  const open = (graphUrl: string, options: Partial<MetaChannelOptions> = {}) =>
    metaChannel({ ...channelOptions, ...transport, graphUrl, timeoutMs: 5_000, ...options })

  async function sendTo(answer: Answer, options: Partial<MetaChannelOptions> = {}): Promise<unknown> {
    const { url } = await startServer(answer)
    return open(url, options)
      .send(message)
      .catch((error: unknown) => error)
  }

  describe('never left', () => {
    test('nobody listens', async () => {
      const server = net.createServer()
      const port = await listen(server)
      await new Promise(resolve => server.close(resolve))
      await expect(open(`http://127.0.0.1:${port}`).send(message)).rejects.toMatchObject({
        ...refusedForNow,
        message: expect.stringContaining('ECONNREFUSED'),
      })
    })

    test('the name does not exist', async () => {
      await expect(open('http://graph.invalid').send(message)).rejects.toMatchObject(refusedForNow)
    })

    test('the other side does not speak TLS', async () => {
      const { url, requests } = await startServer(accepted)
      await expect(open(url.replace('http:', 'https:')).send(message)).rejects.toMatchObject(refusedForNow)
      expect(requests).toEqual([])
    })

    test('the certificate is not trusted', async () => {
      const { url, requests } = await startServer(accepted, selfSigned())
      await expect(open(url).send(message)).rejects.toMatchObject(refusedForNow)
      expect(requests).toEqual([])
    })

    test('the caller gave up before', async () => {
      const { url, requests } = await startServer(accepted)
      const signal = AbortSignal.abort(new Error('stopped'))
      await expect(open(url).send(message, { signal })).rejects.toMatchObject(refusedForNow)
      expect(requests).toEqual([])
    })
  })

  describe('left, and no answer came', () => {
    test('the connection closes', async () => {
      expect(await sendTo((_response, socket) => socket.destroy())).toMatchObject(unknown)
    })

    test('the connection is reset', async () => {
      expect(await sendTo((_response, socket) => socket.resetAndDestroy())).toMatchObject(unknown)
    })

    test('something comes that is not HTTP', async () => {
      expect(await sendTo((_response, socket) => socket.end('HELLO\r\n\r\n'))).toMatchObject(unknown)
    })

    test('the time runs out', async () => {
      const error = await sendTo(() => undefined, { timeoutMs: 500 })
      expect(error).toMatchObject({ ...unknown, cause: { code: 'timeout' } })
    })

    test('the caller gives up', async () => {
      const controller = new AbortController()
      const { url } = await startServer(() => controller.abort(new Error('stopped')))
      await expect(open(url).send(message, { signal: controller.signal })).rejects.toMatchObject(unknown)
    })

    test('a success is cut off', async () => {
      const answer: Answer = (response, socket) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 })
        response.write('{"messages":[{"id":"wamid.cut', () => socket.destroy())
      }
      expect(await sendTo(answer)).toMatchObject(unknown)
    })

    test('a success stalls', async () => {
      const answer: Answer = response =>
        response.writeHead(200, { 'content-length': 500 }).write('{"messages":')
      expect(await sendTo(answer, { timeoutMs: 500 })).toMatchObject(unknown)
    })

    test.each([
      '',
      '<html>Sorry</html>',
      '{}',
      '[]',
      'null',
      '{"messages":[]}',
      '{"messages":[{}]}',
      '{"messages":{"id":"x"}}',
    ])('a success without an id: %s', async body => {
      expect(await sendTo(json(200, body))).toMatchObject(unknown)
    })

    test('a gateway gave up', async () => {
      expect(await sendTo(json(504, '<html>Gateway Timeout</html>'))).toMatchObject(unknown)
    })
  })

  describe('refused', () => {
    test.each([
      [400, false],
      [401, false],
      [403, false],
      [404, false],
      [408, true],
      [413, false],
      [429, true],
      [500, true],
      [502, true],
      [503, true],
    ])('HTML with %i: retryable %s', async (status, retryable) => {
      const error = await sendTo(json(status, '<html><h1>Sorry</h1></html>', { 'content-type': 'text/html' }))
      expect(error).toMatchObject({
        code: 'channel_refused',
        retryable,
        message: expect.stringContaining(`HTTP ${status}`),
      })
      expect(error).toMatchObject({ providerCode: undefined })
    })

    test('a refusal that is cut off is one', async () => {
      const answer: Answer = (response, socket) => {
        response.writeHead(400, { 'content-length': 500 })
        response.write('{"error":', () => socket.destroy())
      }
      expect(await sendTo(answer)).toMatchObject({ code: 'channel_refused', retryable: false })
    })

    test('a page without end is one', async () => {
      expect(await sendTo(json(503, '<p>Sorry</p>'.repeat(200_000)))).toMatchObject(refusedForNow)
    })

    test('redirections are not followed: the token is for one host', async () => {
      const elsewhere = await startServer(accepted)
      const error = await sendTo(json(307, '', { location: `${elsewhere.url}/v24.0/1/messages` }))
      expect(error).toMatchObject({ code: 'channel_refused', retryable: false })
      expect(elsewhere.requests).toEqual([])
    })

    test('the code decides, not the status', async () => {
      const error = (code: unknown) => ({ error: { code, message: 'Sorry' } })
      expect(await sendTo(json(500, error(131047)))).toMatchObject({ retryable: false, scope: 'window' })
      expect(await sendTo(json(400, error(130429)))).toMatchObject({ retryable: true, retryAfterMs: 1_000 })
      expect(await sendTo(json(504, error(131000)))).toMatchObject(refusedForNow)
      expect(await sendTo(json(200, error(131026)))).toMatchObject({
        code: 'channel_refused',
        providerCode: '131026',
      })
      expect(await sendTo(json(200, error(999_999)))).toMatchObject({
        code: 'channel_refused',
        retryable: false,
      })
      expect(await sendTo(json(400, error('131056')))).toMatchObject({
        scope: 'recipient',
        retryAfterMs: 6_000,
      })
    })

    test('Retry-After counts more than the default', async () => {
      const error = { error: { code: 131056 } }
      expect(await sendTo(json(429, error, { 'retry-after': '9' }))).toMatchObject({ retryAfterMs: 9_000 })
      expect(await sendTo(json(503, '', { 'retry-after': '2' }))).toMatchObject({
        ...refusedForNow,
        retryAfterMs: 2_000,
      })
      expect(await sendTo(json(400, '', { 'retry-after': '2' }))).toMatchObject({ retryAfterMs: undefined })
    })
  })

  test('errors repeat neither token nor text nor number', async () => {
    const details = `Malformed access token sample-access-cred… for ${phone}: 'The code of the gate' is not valid`
    const answer = json(400, {
      error: { code: 100, message: details, error_data: { details }, fbtrace_id: 'Trace01' },
    })
    const error = (await sendTo(answer)) as Error
    expect(error.message).toContain('100')
    expect(error.message).toContain('Trace01')
    for (const secret of ['sample-access', 'code of', phone, '4711']) {
      expect(JSON.stringify(error) + String(error) + String(error.cause)).not.toContain(secret)
    }
  })

  test('many at once, each with its own answer', async () => {
    let count = 0
    const server = await startServer(response =>
      json(200, { messages: [{ id: `wamid.${++count}` }] })(response, response.socket as net.Socket),
    )
    const channel = open(server.url)
    const results = await Promise.all(Array.from({ length: 300 }, () => channel.send(message)))
    expect(new Set(results.map(({ providerId }) => providerId)).size).toBe(300)
  })
})

describe('the built-in client', () => {
  const open = (graphUrl: string, options: Partial<MetaChannelOptions> = {}) =>
    metaChannel({ ...channelOptions, graphUrl, ...options })

  test('connections are used again', async () => {
    const server = await startServer(accepted)
    const channel = open(server.url)
    for (let index = 0; index < 5; index++) await channel.send(message)
    expect(server.connections()).toBe(1)
    expect(server.requests).toHaveLength(5)
  })

  test('a connection that the other side closed while it was idle is not used again', async () => {
    const server = await startServer((response, socket) => {
      accepted(response, socket)
      response.once('finish', () => setTimeout(() => socket.destroy(), 20))
    })
    const channel = open(server.url)
    for (let index = 0; index < 3; index++) {
      await channel.send(message)
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    expect(server.connections()).toBe(3)
  })

  test('a connection that breaks just when it is used again leaves the outcome open', async () => {
    let answers = 0
    const server = await startServer((response, socket) => {
      if (++answers === 1) accepted(response, socket)
      else socket.resetAndDestroy()
    })
    const channel = open(server.url)
    await channel.send(message)
    await expect(channel.send(message)).rejects.toMatchObject(unknown)
    expect(server.requests).toHaveLength(2)
  })

  test('TLS works, and a break after the handshake is told from one before', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    let answers = 0
    const server = await startServer((response, socket) => {
      if (++answers <= 2) accepted(response, socket)
      else socket.destroy()
    }, selfSigned())
    const channel = open(server.url)
    await expect(channel.send(message)).resolves.toEqual({ providerId: 'wamid.accepted' })
    await expect(channel.send(message)).resolves.toEqual({ providerId: 'wamid.accepted' })
    expect(server.connections()).toBe(1)
    await expect(channel.send(message)).rejects.toMatchObject(unknown)
  })

  test('a handshake that never ends has sent nothing', async () => {
    const port = await listen(net.createServer(() => undefined))
    const channel = open(`https://127.0.0.1:${port}`, { timeoutMs: 100 })
    await expect(channel.send(message)).rejects.toMatchObject(refusedForNow)
  })

  test('a request that waits for a free connection can be given up, and was not sent', async () => {
    const server = await startServer(() => undefined)
    const channel = open(server.url)
    const crowd = Array.from({ length: 256 }, () => new AbortController())
    const hanging = crowd.map(({ signal }) => channel.send(message, { signal }))
    const last = new AbortController()
    const waiting = channel.send(message, { signal: last.signal })
    while (server.requests.length < hanging.length) await new Promise(resolve => setTimeout(resolve, 10))
    last.abort(new Error('stopped'))
    await expect(waiting).rejects.toMatchObject(refusedForNow)
    for (const controller of crowd) controller.abort(new Error('stopped'))
    const outcomes = await Promise.allSettled(hanging)
    expect(outcomes.map(outcome => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      hanging.map(() => 'channel_unknown'),
    )
    expect(server.requests).toHaveLength(256)
  })
})
