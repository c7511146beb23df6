import { describe, expect, test } from 'vitest'
import {
  account,
  businessPhone,
  chatId,
  contentOf,
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

describe('what is from us', () => {
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
    expect(eventOf(own({ from_me: 'true' }))).toMatchObject({ author: 'operator' })
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

describe('actions', () => {
  const act = (action: object, fields: object = {}) =>
    eventOf(message({ type: 'action', text: undefined, action: { target: 't.1-a', ...action }, ...fields }))

  test('a reaction comes and goes', () => {
    expect(act({ type: 'reaction', emoji: '👍' })).toMatchObject({
      type: 'reaction',
      targetId: 't.1-a',
      emoji: '👍',
      author: 'customer',
    })
    for (const emoji of ['', undefined, null]) {
      const event = act({ type: 'reaction', emoji })
      expect(event).toMatchObject({ type: 'reaction', targetId: 't.1-a' })
      expect(event).not.toHaveProperty('emoji')
    }
  })

  test('edits under both names', () => {
    for (const type of ['edit', 'edited']) {
      expect(act({ type, edited_type: 'text', edited_content: { body: 'Green' } })).toMatchObject({
        type: 'edit',
        targetId: 't.1-a',
        content: { type: 'text', text: 'Green' },
      })
    }
    expect(act({ type: 'edited', edited_content: { body: 'Green' } })).toMatchObject({
      content: { type: 'text', text: 'Green' },
    })
    expect(act({ type: 'edited', edited_type: 'image', edited_content: { caption: 'New' } })).toMatchObject({
      content: { type: 'image', caption: 'New' },
    })
    expect(act({ type: 'edited' })).toMatchObject({ type: 'edit', content: { type: 'unsupported' } })
  })

  test('a deletion', () => {
    expect(act({ type: 'delete' })).toMatchObject({ type: 'revoke', targetId: 't.1-a' })
    expect(act({ type: 'delete' }, { from_me: true, from: businessPhone })).toMatchObject({
      type: 'revoke',
      author: 'operator',
    })
  })

  test('a vote, by name where the poll is told', () => {
    expect(act({ type: 'vote', votes: ['hash-of-mon'] })).toMatchObject({
      type: 'message',
      content: { type: 'vote', options: ['hash-of-mon'] },
      quotedId: 't.1-a',
    })
    const poll = { results: [{ id: 'hash-of-mon', name: 'Mon' }] }
    expect(act({ type: 'vote', votes: ['hash-of-mon'] }, { poll })).toMatchObject({
      content: { options: ['Mon'] },
    })
    expect(act({ type: 'vote', votes: [] })).toMatchObject({ content: { type: 'vote', options: [] } })
  })

  test('a comment is a text', () => {
    expect(act({ type: 'comment', comment: 'Nice' })).toMatchObject({
      content: { type: 'text', text: 'Nice' },
      quotedId: 't.1-a',
    })
  })

  test.each([
    ['pin', {}],
    ['unpin', {}],
    ['ephemeral', { ephemeral: 86_400 }],
    ['event_response', { event_response: { response: 'GOING' } }],
  ])('%s is never answered', (type, more) => {
    expect(act({ type, ...more })).toMatchObject({
      type: 'message',
      content: { type: 'system', event: type },
    })
  })

  test('unknown or broken ones are kept', () => {
    expect(act({ type: 'teleport' })).toMatchObject({ content: { type: 'unsupported', kind: 'teleport' } })
    expect(act({ type: 'reaction', target: undefined })).toMatchObject({
      content: { type: 'unsupported', kind: 'reaction' },
    })
    expect(contentOf({ type: 'action', action: null })).toEqual({ type: 'unsupported', kind: 'action' })
  })
})

describe('updates', () => {
  const before = message()
  const after = { ...before, text: { body: 'Is it open on Sunday?' } }
  const trigger = message({
    type: 'action',
    action: { type: 'edited', target: before.id, edited_type: 'text', edited_content: after.text },
  })
  const update = { id: before.id, trigger, before_update: before, after_update: after, changes: ['text'] }
  const read = (...updates: unknown[]) =>
    eventsOf(webhook({ messages_updates: updates }, { type: 'messages', event: 'patch' }))

  test('an edit has the id of its action, so that the store keeps one of them', () => {
    const { raw, ...event } = read(update)[0] as { raw: unknown }
    const { raw: _, ...action } = eventOf(trigger) as { raw: unknown }
    expect(event).toEqual(action)
    expect(event).toMatchObject({ type: 'edit', providerId: trigger.id, targetId: before.id })
    expect(raw).toEqual(update)
  })

  test('without a trigger it has an id of its own, the same at every delivery', () => {
    const { trigger: _, ...bare } = update
    const [event] = read(bare)
    expect(event).toMatchObject({
      type: 'edit',
      targetId: before.id,
      content: { type: 'text', text: 'Is it open on Sunday?' },
      chat: { kind: 'direct', person },
    })
    expect(read(bare)).toEqual([event])
    const other = { ...bare, after_update: { ...after, text: { body: 'And Monday?' } } }
    expect(read(other)[0]).not.toMatchObject({ providerId: (event as { providerId: string }).providerId })
  })

  test('other changes are notices', () => {
    const labelled = {
      ...update,
      trigger: undefined,
      after_update: { ...before, labels: [1] },
      changes: ['labels'],
    }
    for (const item of [labelled, {}, null, 'x', { id: 'x' }, { after_update: after }]) {
      expect(read(item)).toMatchObject([{ type: 'notice', kind: 'messages_updates' }])
    }
  })
})

describe('votes that come as poll_update', () => {
  const poll = (results: unknown, fields: object = {}) =>
    eventsOf(
      webhook({
        messages: [own({ id: 'poll.1-a', source: 'api', type: 'poll_update', poll: { results }, ...fields })],
      }),
    )
  const option = (name: string, ...voters: string[]) => ({ id: name, name, count: voters.length, voters })

  test('are the person’s, under ids of their own', () => {
    const [vote] = poll([option('Mon', phone, businessPhone), option('Tue')])
    expect(vote).toMatchObject({
      type: 'message',
      author: 'customer',
      chat: { kind: 'direct', person: { identities: person.identities } },
      content: { type: 'vote', options: ['Mon'] },
      quotedId: 'poll.1-a',
    })
    expect(vote).not.toMatchObject({ providerId: 'poll.1-a' })
    expect(poll([option('Mon', phone, businessPhone), option('Tue')])).toEqual([vote])
    expect(poll([option('Mon', lid)])).toMatchObject([{ content: { options: ['Mon'] } }])
    expect(poll([option('Mon'), option('Tue')])).toMatchObject([{ content: { options: [] } }])
  })

  test('in a group, one for each voter', () => {
    expect(
      poll([option('Mon', phone, '4915155500002'), option('Tue', phone)], { chat_id: groupId }),
    ).toMatchObject([
      { sender: { identities: [{ value: `+${phone}` }] }, content: { options: ['Mon', 'Tue'] } },
      { sender: { identities: [{ value: '+4915155500002' }] }, content: { options: ['Mon'] } },
    ])
  })

  test('say nothing without results', () => {
    expect(poll(undefined)).toMatchObject([{ type: 'notice', kind: 'messages' }])
    expect(poll([{ name: 'Mon' }, null], { chat_id: groupId })).toMatchObject([{ type: 'notice' }])
  })

  test('on a poll of theirs are theirs', () => {
    const theirs = { from_me: false, from: phone, source: 'mobile' }
    expect(poll([option('Mon', phone), option('Tue', businessPhone)], theirs)).toMatchObject([
      { content: { options: ['Mon'] } },
    ])
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
