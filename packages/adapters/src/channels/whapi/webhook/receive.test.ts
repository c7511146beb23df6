import type { WebhookRequest } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { type WhapiChannelOptions, whapiChannel } from '../index.js'
import {
  account,
  channelOptions,
  eventsOf,
  message,
  own,
  post,
  receiveNow,
  webhook,
} from './samples.test.support.js'

const webhookSecret = 'sample-hook-secret'
const body = JSON.stringify(webhook({ messages: [message()] }))

function statusOf(
  headers: Record<string, string>,
  options: Partial<WhapiChannelOptions> = {},
  request: Partial<WebhookRequest> = {},
): number {
  const channel = whapiChannel({ ...channelOptions, webhookSecret, ...options })
  const { events, response } = receiveNow(channel, { ...post(body, headers), ...request })
  expect(events).toHaveLength(response.status === 200 ? 1 : 0)
  return response.status
}

describe('the secret', () => {
  test('comes in either header', () => {
    expect(statusOf({ authorization: `Bearer ${webhookSecret}` })).toBe(200)
    expect(statusOf({ authorization: `bearer ${webhookSecret}` })).toBe(200)
    expect(statusOf({ 'x-webhook-secret': webhookSecret })).toBe(200)
    expect(statusOf({ authorization: 'Bearer other', 'x-webhook-secret': webhookSecret })).toBe(200)
  })

  test.each<Record<string, string>>([
    {},
    { authorization: 'Bearer ' },
    { authorization: `Basic ${webhookSecret}` },
    { 'x-webhook-secret': `${webhookSecret} ` },
    { 'x-webhook-secret': `Bearer ${webhookSecret}` },
    { 'x-hook': webhookSecret },
  ])('%j is none', headers => {
    expect(statusOf(headers)).toBe(401)
  })

  test('may have a header of its own, and then no other', () => {
    const options = { webhookSecretHeader: 'X-Hook' }
    expect(statusOf({ 'x-hook': webhookSecret }, options)).toBe(200)
    expect(statusOf({ authorization: `Bearer ${webhookSecret}` }, options)).toBe(401)
    expect(statusOf({ 'x-webhook-secret': webhookSecret }, options)).toBe(401)
  })

  test('is not asked for when there is none', () => {
    const { events } = receiveNow(whapiChannel(channelOptions), post(body))
    expect(events).toHaveLength(1)
  })
})

test('the method is POST, or the event where the webhook is set up so', () => {
  const headers = { 'x-webhook-secret': webhookSecret }
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    expect(statusOf(headers, {}, { method })).toBe(405)
    expect(statusOf(headers, { webhookMode: 'method' }, { method })).toBe(200)
  }
  expect(statusOf(headers, { webhookMode: 'method' }, { method: 'GET' })).toBe(405)
})

test.each(['', 'x', '[]', 'null', '{}', '{"channel_id":"A"}', '<html>'])(
  'the body %j is no webhook',
  text => {
    const { events, response } = receiveNow(whapiChannel(channelOptions), post(text))
    expect([events, response.status]).toEqual([[], 400])
  },
)

test.each<[whose: string, body: object]>([
  ["Meta's", { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [] }] }],
  ["WAHA's", { event: 'message.any', session: 'default', payload: { id: 'false_1@c.us_A', body: 'Hello' } }],
  ["Telegram's", { update_id: 1, message: { message_id: 1, text: 'Hello' } }],
])('%s body is not taken: whoever sent it must not believe that it has arrived', async (_whose, foreign) => {
  const { events, response } = await whapiChannel(channelOptions).receive(post(JSON.stringify(foreign)))
  expect([events, response.status]).toEqual([[], 400])
})

describe('the envelope', () => {
  const text = message()

  test('is told by its arrays, whatever it says of the event', () => {
    const expected = eventsOf(webhook({ messages: [text] }))
    for (const event of [{ type: 'messages', method: 'put' }, { type: 'messages' }, 'messages', null]) {
      expect(eventsOf({ messages: [text], event, channel_id: account })).toEqual(expected)
    }
    expect(eventsOf({ messages: [text] })).toEqual(expected)
  })

  test('names the account', () => {
    expect(eventsOf({ messages: [text], channel_id: 'OTHER-1' })).toMatchObject([{ account: 'OTHER-1' }])
    expect(eventsOf({ messages: [text], channel_id: '' })).toMatchObject([{ account }])
    // One conversation, however the id is spelled.
    expect(eventsOf({ messages: [text], channel_id: account.toLowerCase() })).toMatchObject([{ account }])
  })

  test('may hold many things, which keep their order', () => {
    const statuses = [{ id: 'o.1-a', status: 'read', timestamp: '1' }]
    const events = eventsOf({ messages: [text, null, own()], statuses, chats: [{ id: 'c' }], errors: [] })
    expect(events.map(event => (event.type === 'notice' ? event.kind : event.type))).toEqual([
      'message',
      'messages',
      'message',
      'status',
      'chats',
      'errors',
    ])
  })

  test.each([
    ['messages_removed', ['m.1-a']],
    ['messages_removed_all', '4915155500001@s.whatsapp.net'],
    ['chats', [{ id: 'c' }]],
    ['chats_updates', []],
    ['contacts', [{ id: '4915155500001' }]],
    ['groups_participants', [{}]],
    ['presences', [{ status: 'typing' }]],
    ['calls', [{ id: 'C1' }]],
    ['labels', []],
    ['qr', { status: 'OK' }],
    ['health', { status: { text: 'AUTH' } }],
    ['user', { id: '493055500100' }],
    ['errors', [{ code: 500 }]],
    ['hologram', true],
  ])('%s is a notice with its event', (kind, value) => {
    const event = { type: 'users', event: 'delete' }
    expect(eventsOf(webhook({ [kind]: value }, event))).toEqual([
      { type: 'notice', channel: 'whapi', account, kind, raw: { event, [kind]: value } },
    ])
  })

  test('in the mode method the notice says which', () => {
    const channel = whapiChannel({ ...channelOptions, webhookMode: 'method' })
    const request = { ...post('{"user":{"id":"1"}}'), method: 'DELETE' }
    expect(receiveNow(channel, request).events).toMatchObject([
      { raw: { method: 'DELETE', user: { id: '1' } } },
    ])
  })

  test('empty arrays hold nothing, what is no array is kept', () => {
    expect(eventsOf(webhook({ messages: [], statuses: [], messages_updates: [] }))).toEqual([])
    expect(eventsOf(webhook({ messages: {} }))).toMatchObject([{ type: 'notice', kind: 'messages', raw: {} }])
    expect(eventsOf({ event: { type: 'service' } })).toMatchObject([{ type: 'notice', kind: 'event' }])
  })
})
