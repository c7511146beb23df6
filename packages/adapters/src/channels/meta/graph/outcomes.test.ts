import * as net from 'node:net'
import { describe, expect, test } from 'vitest'
import { selfSigned } from '../../../http/certificate.test.support.js'
import { type Answer, accepted, json, listen, startServer } from '../../../http/local-server.test.support.js'
import { type MetaChannelOptions, metaChannel } from '../index.js'
import { channelOptions, phone } from '../webhook/samples.test.support.js'
import { message, refusedForNow, unknown } from './verdicts.test.support.js'

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

    test.each([500, 502, 504, 520, 524, 599])('something in front of Meta failed: %i', async status => {
      for (const body of ['<html>Gateway</html>', '', '{}', '{"error":"broken"}']) {
        expect(await sendTo(json(status, body))).toMatchObject(unknown)
      }
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

    test.each([302, 404, 405, 410])(
      'a page with %i says nothing about a message: all of them wait',
      async status => {
        expect(await sendTo(json(status, '<html>Sorry</html>'))).toMatchObject({ scope: 'account' })
        const error = { error: { code: 999_999, message: 'Sorry' } }
        expect(await sendTo(json(status, error))).toMatchObject({ scope: 'message' })
      },
    )

    test('a refusal that is cut off is one', async () => {
      const answer: Answer = (response, socket) => {
        response.writeHead(400, { 'content-length': 500 })
        response.write('{"error":', () => socket.destroy())
      }
      expect(await sendTo(answer)).toMatchObject({ code: 'channel_refused', retryable: false })
    })

    test.each<[what: string, breakOff: (socket: net.Socket) => void]>([
      ['is reset', socket => socket.resetAndDestroy()],
      ['is no HTTP any more', socket => socket.write('ZZ\r\n')],
    ])('an answer that %s in the middle of its body counts by what came', async (_what, breakOff) => {
      const answer =
        (status: number, body: string): Answer =>
        (response, socket) => {
          response.writeHead(status).write(body)
          setTimeout(() => breakOff(socket), 50)
        }
      expect(await sendTo(answer(400, '{"error":'))).toMatchObject({ code: 'channel_refused' })
      expect(await sendTo(answer(429, ' '))).toMatchObject({ ...refusedForNow, scope: 'account' })
      expect(await sendTo(answer(200, '{"messages":[{"id":"wamid.whole"}]}'))).toEqual({
        providerId: 'wamid.whole',
      })
      expect(await sendTo(answer(200, '{"messages":[{"id":"wamid.cut'))).toMatchObject(unknown)
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
      for (const code of [131000, 999_999]) {
        expect(await sendTo(json(500, error(code)))).toMatchObject(refusedForNow)
      }
      expect(await sendTo(json(504, error(131000)))).toMatchObject(refusedForNow)
      expect(await sendTo(json(502, error(131000)))).toMatchObject(refusedForNow)
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

  test.each([
    ['token', "Malformed access token 'sample-access-cred…'", 'sample-access'],
    ['text', "'The code of the gate' is not valid", 'code of'],
    ['number', `Recipient ${phone} is not valid`, phone],
  ])('errors do not repeat the %s', async (_what, details, secret) => {
    const answer = json(400, {
      error: { code: 100, message: details, error_data: { details }, fbtrace_id: 'Trace01' },
    })
    const error = (await sendTo(answer)) as Error
    expect(error.message).toContain('error 100')
    expect(error.message).toContain('Trace01')
    expect(JSON.stringify(error) + String(error) + String(error.cause)).not.toContain(secret)
  })

  test('a refusal that stalls is one', async () => {
    const answer: Answer = response => response.writeHead(400, { 'content-length': 500 }).write('{"error":')
    expect(await sendTo(answer, { timeoutMs: 500 })).toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
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
