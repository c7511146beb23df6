import type { OutboundContent } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { chat, phone } from '../webhook/samples.test.support.js'
import { apiKey, json, open, outbound, type Reply, startWaha } from './fake-waha.test.support.js'

const text: OutboundContent = { type: 'text', text: 'the code of the gate is 4711' }
const poll: OutboundContent = { type: 'poll', question: 'Tea?', options: ['Green', 'Black'] }

async function outcomeOf(reply: Reply, content = text, engine: 'WEBJS' | 'GOWS' = 'WEBJS'): Promise<unknown> {
  const waha = await startWaha()
  waha.answerWith(reply)
  const channel = open(waha, { engine })
  return channel.send(outbound(content)).catch((error: unknown) => error)
}

const page =
  (status: number): Reply =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('\n<html><h1>nginx</h1></html>')
  }

describe('the id of what was sent', () => {
  test.each<[engine: string, answer: object]>([
    ['as in the OpenAPI file', { id: `true_${chat}_3EBSENT` }],
    ['in groups', { id: 'true_1203637@g.us_3EBSENT_700100@lid' }],
    [
      'WEBJS: an object',
      { id: { fromMe: true, remote: chat, id: '3EBSENT', _serialized: `true_${chat}_3EBSENT` } },
    ],
    [
      'NOWEB: a key',
      { key: { remoteJid: `${phone}@s.whatsapp.net`, fromMe: true, id: '3EBSENT' }, status: 1 },
    ],
    ['in _data', { _data: { id: { fromMe: true, remote: chat, id: '3EBSENT' } } }],
    ['bare', { id: '3EBSENT' }],
  ])('%s', async (_engine, answer) => {
    expect(await outcomeOf(json(201, answer))).toEqual({ providerId: '3EBSENT' })
  })

  test.each([undefined, null, {}, [], { id: null }, { id: {} }, { id: '' }, 'ok'])(
    'a 201 with %j: who knows',
    async answer => {
      expect(await outcomeOf(json(201, answer))).toMatchObject({ code: 'channel_unknown', retryable: false })
    },
  )

  test.each([undefined, null, {}])(
    'a 201 with %j is enough for a poll, whose answer is not documented',
    async answer => {
      expect(await outcomeOf(json(201, answer), poll)).toEqual({})
      expect(await outcomeOf(json(201, answer), poll, 'GOWS')).toEqual({
        providerId: expect.stringMatching(/^3EB0[0-9A-F]{18}$/),
      })
    },
  )
})

describe('what WAHA says', () => {
  const session = {
    statusCode: 422,
    message: 'Session status is not as expected. Try again later or restart the session',
  }

  test.each<[status: number, body: object, expected: object]>([
    [401, { message: 'Unauthorized' }, { scope: 'auth', retryable: false }],
    [403, {}, { scope: 'auth', retryable: false }],
    [404, { message: 'Session not found' }, { scope: 'account', retryable: false }],
    [422, session, { scope: 'account', retryable: true }],
    [
      422,
      { error: session.message, session: 'default', status: 'STARTING' },
      { scope: 'account', retryable: true },
    ],
    [422, { message: 'x', expected: ['WORKING'] }, { scope: 'account', retryable: true }],
    [422, { message: ['chatId must be a string'] }, { scope: 'message', retryable: false }],
    [422, {}, { scope: 'message', retryable: false }],
    [400, {}, { scope: 'message', retryable: false }],
    [413, {}, { scope: 'message', retryable: false }],
    [429, {}, { scope: 'account', retryable: true }],
    [503, {}, { scope: 'account', retryable: true }],
    [
      501,
      { message: 'The method is not implemented by the engine.' },
      { scope: 'message', retryable: false },
    ],
    [302, {}, { scope: 'account', retryable: false }],
  ])('%i %j: certainly not sent', async (status, body, expected) => {
    expect(await outcomeOf(json(status, body))).toMatchObject({
      code: 'channel_refused',
      providerCode: String(status),
      ...expected,
    })
  })

  test.each<[what: string, reply: Reply]>([
    ['500 of the engine', json(500, { exception: { message: '2 UNKNOWN: no LID found' } })],
    ['500 without a word', json(500)],
    ['502', page(502)],
    ['504', page(504)],
    ['408', json(408, {})],
    ['a page with 200', page(200)],
    ['a page with 201', page(201)],
    [
      'half an answer',
      (response, _call, socket) => {
        response.writeHead(201, { 'content-length': '1000' })
        response.write('{"id":')
        setImmediate(() => socket.destroy())
      },
    ],
  ])('%s: nobody knows, also of a poll', async (what, reply) => {
    const unknown = { code: 'channel_unknown', retryable: false }
    expect(await outcomeOf(reply)).toMatchObject(unknown)
    if (what !== 'half an answer') expect(await outcomeOf(reply, poll)).toMatchObject(unknown)
  })

  test('how long to wait', async () => {
    const reply: Reply = response => {
      response.writeHead(429, { 'retry-after': '7' }).end()
    }
    expect(await outcomeOf(reply)).toMatchObject({ retryable: true, retryAfterMs: 7_000 })
  })

  test('is repeated, unless it tells secrets', async () => {
    const error = async (message: string) => String(await outcomeOf(json(500, { exception: { message } })))
    expect(await error('2 UNKNOWN: no LID found')).toContain('no LID found')
    for (const secret of [`no LID found for ${phone}:2@lid`, 'the code of the gate is 4711', apiKey]) {
      expect(await error(`2 UNKNOWN: ${secret}`)).not.toContain(secret)
    }
    expect(await error('x'.repeat(10_000))).toHaveLength(
      `ChannelError: WAHA answered 500 (${'x'.repeat(300)}): the message may have been sent. Wait for its message.any or message.ack webhook.`
        .length,
    )
  })
})

test('a read mark that got no answer may be tried again', async () => {
  const waha = await startWaha()
  waha.answerWith(page(502))
  const channel = open(waha)
  const address = {
    account: 'default',
    to: { kind: 'phone' as const, value: `+${phone}` },
    providerId: '3A1',
  }
  await expect(channel.markRead(address)).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
  await expect(channel.startTyping(address)).rejects.toMatchObject({
    code: 'channel_refused',
    retryable: true,
  })
})

test('a reaction that got no answer may be repeated', async () => {
  const reaction: OutboundContent = { type: 'reaction', targetId: '3A1', emoji: '👍' }
  const refusal = { code: 'channel_refused', retryable: true }
  expect(await outcomeOf(json(500), reaction)).toMatchObject(refusal)
  expect(await outcomeOf((_response, _call, socket) => socket.destroy(), reaction)).toMatchObject(refusal)
})

test('a session that cannot be asked about: nothing was sent', async () => {
  const dead = open({ url: 'http://127.0.0.1:9' })
  await expect(dead.send(outbound(text))).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
})
