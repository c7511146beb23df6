import { describe, expect, test } from 'vitest'
import {
  account,
  businessPhone,
  chatId,
  eventOf,
  eventsOf,
  groupId,
  lid,
  message,
  now,
  own,
  person,
  phone,
  seconds,
  webhook,
} from './samples.test.support.js'

const origin = { channel: 'whapi', account }

test('a text', () => {
  const sent = message({ context: { quoted_id: 'q.1-a', forwarded: true, forwarding_score: 3 } })
  expect(eventOf(sent)).toEqual({
    type: 'message',
    ...origin,
    providerId: sent.id,
    chat: { kind: 'direct', person },
    author: 'customer',
    sentAt: now,
    content: { type: 'text', text: 'Is the shop open today?' },
    quotedId: 'q.1-a',
    forwarded: true,
    raw: sent,
  })
})

describe('who and where', () => {
  test('the chat is the address, the author an other one of the same person', () => {
    const people = (fields: object) => {
      const event = eventOf(message({ ...fields }))
      if (event.type !== 'message' || event.chat.kind !== 'direct') throw new Error(event.type)
      return event.chat.person.identities
    }
    const byPhone = { kind: 'phone', value: `+${phone}` }
    const byLid = { kind: 'lid', value: lid }
    expect(people({ chat_id: lid })).toEqual([byLid, byPhone])
    expect(people({ from: lid })).toEqual([byPhone, byLid])
    expect(people({ chat_id: lid, from: lid.split('@')[0] })).toEqual([byLid])
    expect(people({ chat_id: `${phone}@c.us`, from: businessPhone })).toEqual([byPhone])
    expect(people({ chat_id: undefined })).toEqual([byPhone])
    expect(people({ from: undefined })).toEqual([byPhone])
  })

  test('in a group', () => {
    const sent = message({ chat_id: groupId, chat_name: 'Order 42' })
    expect(eventOf(sent)).toMatchObject({
      chat: { kind: 'group', id: groupId },
      sender: person,
      author: 'customer',
    })
    const { from: _, ...anonymous } = sent
    expect(eventOf(anonymous)).not.toHaveProperty('sender')
    expect(eventOf(own({ chat_id: groupId }))).toMatchObject({
      chat: { kind: 'group', id: groupId },
      author: 'operator',
    })
  })

  test.each(['status@broadcast', '120363000000000001@newsletter', 'stories', '', 7.5, {}])(
    'nobody can be answered in %j',
    chat => {
      const sent = message({ chat_id: chat })
      expect(eventOf(sent)).toEqual({ type: 'notice', ...origin, kind: 'messages', raw: sent })
    },
  )

  test('without an id nothing can be stored', () => {
    for (const id of [undefined, '', null, {}, 'x'.repeat(600)]) {
      expect(eventOf(message({ id }))).toMatchObject({ type: 'notice', kind: 'messages' })
    }
  })
})

test('mentions', () => {
  const mentions = [phone, lid, {}, null, 'nobody', groupId]
  expect(eventOf(message({ chat_id: groupId, context: { mentions } }))).toMatchObject({
    mentions: [
      { kind: 'phone', value: `+${phone}` },
      { kind: 'lid', value: lid },
    ],
  })
  for (const none of [[], undefined, 'x', ['nobody']]) {
    expect(eventOf(message({ context: { mentions: none } }))).not.toHaveProperty('mentions')
  }
})

describe('what is from us', () => {
  test('our own number is no address of the customer', () => {
    expect(eventOf(own({ chat_id: lid }))).toMatchObject({
      chat: { kind: 'direct', person: { identities: [{ kind: 'lid', value: lid }] } },
    })
    expect(eventOf(own({ chat_id: undefined }))).toMatchObject({ type: 'notice' })
  })

  test.each(['mobile', 'web', 'business_api', 'unknown', undefined])('%s: a person wrote it', source => {
    const sent = own({ source, chat_name: 'Mara Lind' })
    expect(eventOf(sent)).toMatchObject({
      type: 'message',
      author: 'operator',
      chat: { kind: 'direct', person },
      providerId: sent.id,
    })
  })

  test.each([
    ['pending', 'sent'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['failed', 'failed'],
    [undefined, 'sent'],
  ])('api: our own send, %s, is a receipt and never a message', (status, receipt) => {
    const sent = own({ source: 'api', status })
    expect(eventOf(sent)).toEqual({
      type: 'status',
      ...origin,
      providerId: sent.id,
      status: receipt,
      at: now,
      raw: sent,
    })
  })

  test('a body without from_me that came over the API is not a customer', () => {
    expect(eventOf(own({ source: 'api', from_me: undefined }))).toMatchObject({ type: 'status' })
    expect(eventOf(message({ source: 'api' }))).toMatchObject({ author: 'customer' })
    expect(eventOf(own({ source: 'api', from_me: null }))).toMatchObject({ type: 'status' })
  })

  test.each(['true', 'True', 1, '1'])('from_me may be %j', from_me => {
    expect(eventOf(own({ from_me }))).toMatchObject({ author: 'operator' })
  })

  test.each([false, 'false', 0, '0', null, 'maybe', undefined])('from_me %j is not from us', from_me => {
    expect(eventOf(message({ from_me, source: 'mobile' }))).toMatchObject({ author: 'customer' })
  })
})

describe('times', () => {
  test.each([
    ['seconds', seconds],
    ['milliseconds', now],
    ['a fraction', seconds + 0.25],
    ['a text', String(seconds)],
  ])('as %s', (_how, timestamp) => {
    expect(eventOf(message({ timestamp }))).toMatchObject({
      sentAt: Math.floor(now + (timestamp === seconds + 0.25 ? 250 : 0)),
    })
  })

  test.each([0, -1, 'soon', null, seconds * 2, '2026-05-04'])('%j is none', timestamp => {
    expect(eventOf(message({ timestamp }))).not.toHaveProperty('sentAt')
  })
})

describe('receipts', () => {
  const read = (...statuses: unknown[]) =>
    eventsOf(webhook({ statuses }, { type: 'statuses', event: 'post' }))

  test('with their time as text', () => {
    const status = {
      id: 'o.1-a',
      code: 3,
      status: 'delivered',
      recipient_id: chatId,
      timestamp: String(seconds),
    }
    expect(read(status)).toEqual([
      { type: 'status', ...origin, providerId: 'o.1-a', status: 'delivered', at: now, raw: status },
    ])
  })

  test('the word counts, not the number', () => {
    expect(read({ id: 'o', code: 99, status: 'read', timestamp: '1' })).toMatchObject([{ status: 'read' }])
    expect(read({ id: 'o', status: 'played' })).toMatchObject([{ status: 'read' }])
    for (const status of ['pending', 'deleted', 'teleported', undefined, 4]) {
      expect(read({ id: 'o', code: 4, status })).toMatchObject([{ type: 'notice', kind: 'statuses' }])
    }
  })

  test('of a group are about a member', () => {
    expect(read({ id: 'o', status: 'read', recipient_id: groupId, viewer_id: phone })).toMatchObject([
      { participant: { kind: 'phone', value: `+${phone}` } },
    ])
    expect(read({ id: 'o', status: 'read', recipient_id: chatId, viewer_id: phone })[0]).not.toHaveProperty(
      'participant',
    )
  })

  test('of failures say why', () => {
    const errors = [{ code: 404, message: 'not found', details: 'not a WhatsApp user' }]
    expect(read({ id: 'o', status: 'failed', errors })).toMatchObject([
      { status: 'failed', error: { code: '404', message: 'not a WhatsApp user' } },
    ])
    expect(read({ id: 'o', status: 'failed', errors: [] })[0]).not.toHaveProperty('error')
  })
})
