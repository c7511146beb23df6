import type { Received, WebhookRequest } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { type WahaChannelOptions, wahaChannel } from '../index.js'
import {
  channelOptions,
  eventOf,
  eventsOf,
  message,
  now,
  post,
  sign,
  webhook,
} from './samples.test.support.js'

const hmacKey = 'sample-hmac-key'
const secretHeader = { name: 'X-Tea-House', value: 'sample header value' }

function receive(request: WebhookRequest, options: Partial<WahaChannelOptions> = {}): Received {
  return wahaChannel({ ...channelOptions, ...options }).receive(request) as Received
}

/** Signed with `openssl dgst -sha512 -hmac sample-hmac-key`. */
const body =
  '{"id":"evt_1","event":"message","session":"default","payload":{"id":"false_4915155500001@c.us_3ASIGNED","from":"4915155500001@c.us","fromMe":false,"body":"Gr\u00fc\u00dfe"}}'
const hex =
  '70fe05aef15a30fb12fc2238e5f60ed6333406f374c3e20b92a0d4404f3362384cffec06cc0b7405a16ae579c5c10046a6e9666f6f34708dafa202486b753f2c'

describe('the signature', () => {
  test('of the exact bytes opens the door, in either case', () => {
    for (const hmac of [hex, hex.toUpperCase()]) {
      const { events, response } = receive(post(body, { 'x-webhook-hmac': hmac }), { hmacKey })
      expect(response.status).toBe(200)
      expect(events).toMatchObject([{ providerId: '3ASIGNED', content: { text: 'Grüße' } }])
    }
  })

  test.each<[why: string, body: string, headers: Record<string, string>]>([
    ['missing', body, {}],
    ['empty', body, { 'x-webhook-hmac': '' }],
    ['of another body', body.replace('SIGNED', 'FORGED'), { 'x-webhook-hmac': hex }],
    [
      'of the same data serialised again',
      JSON.stringify(JSON.parse(body), null, 1),
      { 'x-webhook-hmac': hex },
    ],
    ['with another key', body, { 'x-webhook-hmac': sign(body, 'another key') }],
    ['too short', body, { 'x-webhook-hmac': hex.slice(2) }],
    ['too long', body, { 'x-webhook-hmac': `${hex}00` }],
    ['half a byte longer', body, { 'x-webhook-hmac': `${hex}0` }],
    ['with a prefix', body, { 'x-webhook-hmac': `sha512=${hex}` }],
    ['not hexadecimal', body, { 'x-webhook-hmac': 'z'.repeat(128) }],
    ['that names another algorithm', body, { 'x-webhook-hmac-algorithm': 'none' }],
  ])('%s: 401 and no events', (_why, text, headers) => {
    const { events, response } = receive(post(text, headers), { hmacKey })
    expect(response).toMatchObject({ status: 401, body: 'The signature does not match.' })
    expect(events).toEqual([])
  })

  test('is checked before the body is read', () => {
    expect(receive(post('not json'), { hmacKey }).response.status).toBe(401)
  })
})

describe('the secret header', () => {
  const headers = { 'x-tea-house': secretHeader.value }

  test('is enough where there is no key', () => {
    expect(receive(post(body, headers), { secretHeader }).events).toHaveLength(1)
  })

  test.each([{}, { 'x-tea-house': '' }, { 'x-tea-house': 'sample header valuE' }])('%j: 401', wrong => {
    expect(receive(post(body, wrong), { secretHeader })).toMatchObject({
      events: [],
      response: { status: 401 },
    })
  })

  test('does not stand in for the signature', () => {
    expect(receive(post(body, headers), { secretHeader, hmacKey }).response.status).toBe(401)
    const both = { ...headers, 'x-webhook-hmac': hex }
    expect(receive(post(body, both), { secretHeader, hmacKey }).response.status).toBe(200)
  })
})

test.each(['', '{', body.slice(0, -1), 'null', '[]', '"message"', '7', '{}', '{"event":7}', '{"event":""}'])(
  'a body that is no webhook: 400 and no events: %s',
  text => {
    expect(receive(post(text))).toMatchObject({ events: [], response: { status: 400 } })
  },
)

test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'post'])('%s: 405', method => {
  expect(receive({ ...post(body), method })).toMatchObject({
    events: [],
    response: { status: 405, headers: { allow: 'POST' } },
  })
})

describe('what is no message', () => {
  test.each([
    'session.status',
    'presence.update',
    'call.received',
    'chat.archive',
    'label.upsert',
    'message.waiting',
    'poll.vote.failed',
    'event.response',
    'group.v2.update',
    'state.change',
    'of.tomorrow',
  ])('%s is a notice of that name, with all that came', event => {
    const payload = { id: 'x', status: 'WORKING' }
    const metadata = { tenant: '17' }
    expect(eventOf(event, payload, { metadata })).toEqual({
      type: 'notice',
      channel: 'waha',
      account: 'default',
      kind: event,
      raw: { event, payload, engine: 'GOWS', metadata },
    })
  })

  test('dumps of the engine are nothing at all', () => {
    expect(eventsOf(webhook('engine.event', { event: 'messages.upsert', data: {} }))).toEqual([])
  })

  test.each([
    ['a status update', 'false_status@broadcast_3ASTATUS_4915155500001@c.us'],
    ['a newsletter', 'false_120363700000000002@newsletter_3ANEWS'],
    ['a broadcast list', 'true_1789000000@broadcast_3ALIST'],
  ])('%s is a notice: nobody there can be answered', (_what, id) => {
    expect(eventOf('message.any', message({ id }))).toMatchObject({ type: 'notice', kind: 'message.any' })
  })

  test('what is not decrypted yet is a notice: the text will come under the same id', () => {
    const webjs = message({ body: '', _data: { type: 'ciphertext' } })
    const noweb = message({ body: null, _data: { messageStubType: 2, message: null } })
    expect(eventOf('message', webjs)).toMatchObject({ type: 'notice', kind: 'message' })
    expect(eventOf('message.any', noweb)).toMatchObject({ type: 'notice' })
  })

  test.each([
    { Message: { protocolMessage: { type: 14 } } },
    { Message: { senderKeyDistributionMessage: {}, messageContextInfo: {} } },
    { message: { reactionMessage: { text: '🙏' } } },
    { message: { pollUpdateMessage: {} } },
    { type: 'revoked' },
  ])('what changes another message has an event of its own, and is a notice here: %j', _data => {
    expect(eventOf('message.any', message({ body: '', _data }))).toMatchObject({ type: 'notice' })
    expect(eventOf('message.any', message({ body: 'hi', _data }))).toMatchObject({ type: 'message' })
  })

  test('members of a group with two addresses tell both', () => {
    const participants = [
      { id: '700100000000001@lid', pn: '4915155500001@c.us', role: 'participant' },
      { id: '4915155500002@c.us', role: 'admin' },
      null,
    ]
    const events = eventsOf(
      webhook('group.v2.participants', { type: 'join', group: { id: 'g' }, participants }),
    )
    expect(events).toMatchObject([
      { type: 'notice', kind: 'group.v2.participants' },
      {
        type: 'identity',
        previous: { kind: 'lid', value: '700100000000001@lid' },
        current: [{ kind: 'phone', value: '+4915155500001' }],
        at: now + 123,
      },
    ])
  })
})

test('the account is the session', () => {
  expect(eventOf('message', message(), { session: 'branch-2' })).toMatchObject({ account: 'branch-2' })
  expect(eventsOf(webhook('message', message(), { session: undefined }), { session: 'main' })).toMatchObject([
    { account: 'main' },
  ])
})

test('message and message.any of one message are one: they share the provider id', () => {
  const payload = message()
  const [first, second] = ['message', 'message.any'].map(event => eventOf(event, payload))
  expect(first).toMatchObject({ type: 'message' })
  expect(second).toMatchObject({ providerId: (first as { providerId: string }).providerId })
})

test('what nests too deep is kept without raw', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100; level++) deep = [deep]
  expect(eventOf('message', message({ _data: { deep } }))).not.toHaveProperty('raw')
})
