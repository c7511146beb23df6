import type { Chat, Person } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import {
  businessPhone,
  change,
  contact,
  eventOf,
  eventsOf,
  message,
  now,
  parentUserId,
  phone,
  seconds,
  userId,
  webhook,
} from './samples.test.support.js'

function chatsOf(value: Record<string, unknown>): (Chat | undefined)[] {
  return eventsOf(webhook(change(value))).map(event => ('chat' in event ? event.chat : undefined))
}

function personOf(contacts: unknown, fields: Record<string, unknown>): Person {
  const [chat] = chatsOf({ contacts, messages: [message(fields)] })
  if (chat?.kind !== 'direct') throw new Error('not a direct chat')
  return chat.person
}

const nobody = { from: undefined, from_user_id: undefined }

describe('who wrote', () => {
  test('phone, BSUID and parent BSUID, in this order', () => {
    const contacts = [{ ...contact, parent_user_id: parentUserId }]
    expect(personOf(contacts, { from_parent_user_id: parentUserId })).toEqual({
      identities: [
        { kind: 'phone', value: `+${phone}` },
        { kind: 'bsuid', value: userId },
        { kind: 'parent_bsuid', value: parentUserId },
      ],
      name: 'Mara Lind',
      username: 'mara.lind',
    })
  })

  test('somebody without a phone', () => {
    const contacts = [{ user_id: userId, profile: { name: 'Mara Lind' } }]
    expect(personOf(contacts, { from: undefined })).toEqual({
      identities: [{ kind: 'bsuid', value: userId }],
      name: 'Mara Lind',
    })
  })

  test('somebody without contacts', () => {
    expect(personOf(undefined, {})).toEqual({
      identities: [
        { kind: 'phone', value: `+${phone}` },
        { kind: 'bsuid', value: userId },
      ],
    })
    expect(personOf(undefined, { from_user_id: undefined })).toEqual({
      identities: [{ kind: 'phone', value: `+${phone}` }],
    })
  })

  test('the contact says what the message leaves out', () => {
    expect(personOf([contact], { from_user_id: undefined }).identities).toHaveLength(2)
    expect(personOf([contact], { from: undefined }).identities).toHaveLength(2)
    expect(personOf([contact], nobody)).toEqual(personOf([contact], {}))
  })

  test('contacts are joined by address, not by order', () => {
    const other = { wa_id: '4915155500007', user_id: 'DE.7007', profile: { name: 'Jon Feld' } }
    const fromMara = message()
    const fromJon = message({ from: '4915155500007', from_user_id: 'DE.7007' })
    const fromJonById = message({ from: undefined, from_user_id: 'DE.7007' })
    const names = (contacts: unknown) =>
      chatsOf({ contacts, messages: [fromMara, fromJon, fromJonById] }).map(chat =>
        chat?.kind === 'direct' ? chat.person.name : undefined,
      )
    expect(names([other, contact])).toEqual(['Mara Lind', 'Jon Feld', 'Jon Feld'])
    expect(names([contact, other])).toEqual(['Mara Lind', 'Jon Feld', 'Jon Feld'])
    const crowd = Array.from({ length: 50 }, (_, index) => ({
      wa_id: `4917000000${index}`,
      user_id: `DE.${index}`,
    }))
    expect(names([...crowd, other, contact])).toEqual(['Mara Lind', 'Jon Feld', 'Jon Feld'])
  })

  test("a contact that does not match is somebody else's", () => {
    const other = { wa_id: '4915155500007', user_id: 'DE.7007', profile: { name: 'Jon Feld' } }
    expect(personOf([other], {}).name).toBeUndefined()
    expect(personOf([other, null, 'nonsense', 7], {}).name).toBeUndefined()
  })

  test('numbers that came as JSON numbers or with punctuation are the same numbers', () => {
    const value = `+${phone}`
    expect(personOf(undefined, { from: Number(phone) }).identities[0]).toEqual({ kind: 'phone', value })
    expect(personOf(undefined, { from: '+49 (151) 555-00001' }).identities[0]).toEqual({
      kind: 'phone',
      value,
    })
  })

  test('a number that no numbering plan knows is believed', () => {
    expect(personOf(undefined, { from: '999123456789' }).identities[0]).toEqual({
      kind: 'phone',
      value: '+999123456789',
    })
    expect(personOf(undefined, { from: '12' }).identities[0]).toEqual({ kind: 'phone', value: '+12' })
  })

  test('a live message is of whom it comes from, whatever number that is', () => {
    const value = { messages: [message({ from: businessPhone, to: phone, from_user_id: undefined })] }
    expect(eventsOf(webhook(change(value)))).toMatchObject([
      {
        author: 'customer',
        chat: { person: { identities: [{ kind: 'phone', value: `+${businessPhone}` }] } },
      },
    ])
  })

  test('what is no number is no phone', () => {
    expect(personOf(undefined, { from: 'DE.70010000000000000001' }).identities).toEqual([
      { kind: 'bsuid', value: userId },
    ])
  })
})

describe('where', () => {
  test('a group is the chat, and the person is who wrote', () => {
    const event = eventOf({ group_id: 'Y2FwaV9zYW1wbGU' })
    expect(event).toMatchObject({
      author: 'customer',
      chat: { kind: 'group', id: 'Y2FwaV9zYW1wbGU' },
      sender: { name: 'Mara Lind', identities: [{ kind: 'phone', value: `+${phone}` }, { kind: 'bsuid' }] },
    })
  })

  test('a direct chat needs no sender', () => {
    expect(eventOf({})).not.toHaveProperty('sender')
  })

  test('a message from nobody is reported, not lost', () => {
    const lost = message(nobody)
    expect(eventsOf(webhook(change({ messages: [lost, message()] })))).toMatchObject([
      { type: 'notice', kind: 'messages', raw: JSON.parse(JSON.stringify(lost)) },
      { type: 'message' },
    ])
  })

  test('a group message from nobody still has its chat', () => {
    const fields = message({ ...nobody, group_id: 'Y2FwaV9zYW1wbGU' })
    const [event] = eventsOf(webhook(change({ messages: [fields] })))
    expect(event).toMatchObject({ type: 'message', chat: { kind: 'group' } })
    expect(event).not.toHaveProperty('sender')
  })
})

describe('changed addresses', () => {
  const newPhone = '4915155500099'
  const newUserId = 'DE.70010000000000000077'
  const current = [
    { kind: 'phone', value: `+${newPhone}` },
    { kind: 'bsuid', value: newUserId },
  ]

  function systemEvents(type: string, fields: Record<string, unknown> = {}) {
    const system = { body: `Mara Lind changed`, type, wa_id: newPhone, user_id: newUserId }
    return eventsOf(
      webhook(
        change({ messages: [message({ type: 'system', system, from_user_id: undefined, ...fields })] }),
      ),
    )
  }

  test.each(['user_changed_number', 'user_changed_user_id'])(
    '%s: the change, and a message under the new addresses',
    type => {
      const [identity, line, ...rest] = systemEvents(type)
      expect(rest).toEqual([])
      expect(line).toMatchObject({
        type: 'message',
        content: { type: 'system', event: type, text: 'Mara Lind changed' },
        // The old number may be somebody else's from now on.
        chat: { person: { identities: current } },
      })
      expect(identity).toMatchObject({
        type: 'identity',
        previous: { kind: 'phone', value: `+${phone}` },
        current,
        at: now,
      })
    },
  )

  test('somebody without a phone: the new BSUID says who it is, and the old one is not guessed', () => {
    const system = {
      body: 'DE.1 changed from DE.70010000000000000001 to DE.70010000000000000077',
      type: 'user_changed_user_id',
      user_id: newUserId,
    }
    const events = systemEvents('', { from: undefined, system })
    expect(events).toMatchObject([
      { type: 'message', chat: { person: { identities: [{ kind: 'bsuid', value: newUserId }] } } },
    ])
    expect(events).toHaveLength(1)
  })

  test('other system messages change nothing', () => {
    expect(systemEvents('customer_identity_changed')).toHaveLength(1)
    expect(systemEvents('', { system: null })).toMatchObject([{ content: { type: 'system', text: '' } }])
  })

  function updates(...user_id_update: unknown[]) {
    return eventsOf(webhook(change({ user_id_update }, 'user_id_update')))
  }

  test('user_id_update', () => {
    const update = { user_id: { previous: userId, current: newUserId }, wa_id: newPhone, timestamp: seconds }
    expect(updates(update)).toEqual([
      {
        type: 'identity',
        channel: 'meta',
        account: '310010000000001',
        previous: { kind: 'bsuid', value: userId },
        current,
        at: now,
        raw: update,
      },
    ])
  })

  test('user_id_update of a parent BSUID too', () => {
    const parent = { previous: parentUserId, current: 'DE.ENT.2' }
    expect(
      updates({ user_id: { previous: userId, current: newUserId }, parent_user_id: parent }),
    ).toMatchObject([
      { previous: { kind: 'bsuid', value: userId }, current: [{ value: newUserId }, { value: 'DE.ENT.2' }] },
      {
        previous: { kind: 'parent_bsuid', value: parentUserId },
        current: [{ value: newUserId }, { value: 'DE.ENT.2' }],
      },
    ])
    expect(
      updates({ user_id: { previous: userId, current: newUserId }, parent_user_id: 'DE.ENT.3' }),
    ).toMatchObject([{ current: [{ value: newUserId }, { kind: 'parent_bsuid', value: 'DE.ENT.3' }] }])
  })

  test('user_id_update that says nothing is a notice', () => {
    expect(
      updates({ user_id: { current: newUserId } }, { user_id: { previous: userId } }, null, {}),
    ).toMatchObject(Array.from({ length: 4 }, () => ({ type: 'notice', kind: 'user_id_update' })))
    expect(updates({ user_id: { previous: userId, current: userId } })).toMatchObject([{ type: 'notice' }])
  })

  const card = { origin: 'contact_request', phones: [{ phone: `+${newPhone}`, wa_id: newPhone }] }
  const cardEvents = (contacts: unknown[], fields: Record<string, unknown> = { from: undefined }) =>
    eventsOf(webhook(change({ messages: [message({ type: 'contacts', contacts, ...fields })] })))

  const shownIn = (events: ReturnType<typeof cardEvents>) =>
    events.map(event => ('chat' in event && event.chat.kind === 'direct' ? event.chat.person.identities : []))

  test('the answer to a contact request shows the phone of a BSUID, in the message itself', () => {
    const events = cardEvents([card])
    expect(events).toMatchObject([
      { type: 'message', content: { type: 'contacts', contacts: [{ phones: [`+${newPhone}`] }] } },
    ])
    expect(shownIn(events)).toEqual([
      [
        { kind: 'bsuid', value: userId },
        { kind: 'phone', value: `+${newPhone}` },
      ],
    ])
  })

  test('cards shared by hand say nothing about who shares them', () => {
    const byId = [{ kind: 'bsuid', value: userId }]
    expect(shownIn(cardEvents([{ ...card, origin: 'other' }]))).toEqual([byId])
    expect(shownIn(cardEvents([card, card]))).toEqual([byId])
    expect(shownIn(cardEvents([{ ...card, phones: [...card.phones, ...card.phones] }]))).toEqual([byId])
    expect(shownIn(cardEvents([{ ...card, phones: [{ phone: 'x' }] }]))).toEqual([byId])
    expect(JSON.stringify(shownIn(cardEvents([card], {})))).not.toContain(newPhone)
  })
})
