import { describe, expect, test } from 'vitest'
import {
  businessPhone,
  contentOf,
  eventOf,
  eventsOf,
  groupId,
  lid,
  message,
  own,
  person,
  phone,
  webhook,
} from './samples.test.support.js'

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
    const [vote] = poll([option('Mon', phone), option('Tue', businessPhone)])
    expect(vote).toMatchObject({
      type: 'message',
      author: 'customer',
      chat: { kind: 'direct', person: { identities: person.identities } },
      content: { type: 'vote', options: ['Mon'] },
      quotedId: 'poll.1-a',
    })
    expect(vote).not.toMatchObject({ providerId: 'poll.1-a' })
    expect(poll([option('Mon', phone), option('Tue', businessPhone)])).toEqual([vote])
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
