import type { ChannelEvent, InboundMessage } from '@switchboard/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readChatId } from './addresses.js'
import { type MessageContext, readMessage } from './messages.js'

const now = Date.UTC(2026, 8, 10, 2)

function contextOf(id: string): MessageContext {
  const chat = readChatId(id)
  if (chat.kind === 'other') throw new Error(id)
  return {
    channel: 'mcp',
    account: 'default',
    chat,
    chatName: 'Chat',
    fields: undefined,
    timeZone: 'UTC',
    now,
  }
}

const direct = contextOf('15550001234@s.whatsapp.net')
const group = contextOf('120363000000000001@g.us')

function read(record: unknown, context = direct): ChannelEvent {
  const message = readMessage(record, context)
  if (!message) throw new Error('no message')
  return message.toEvent({ history: false })
}

const base = { id: 'A1', timestamp: 1_789_000_001 }

describe('kinds', () => {
  const contents: [string, object, InboundMessage['content']][] = [
    ['a text', { text: 'hi' }, { type: 'text', text: 'hi' }],
    ['a text of a chatty kind', { type: 'conversation', body: 'hi' }, { type: 'text', text: 'hi' }],
    ['a text inside', { type: 'text', text: { body: 'hi' } }, { type: 'text', text: 'hi' }],
    [
      'an image',
      { media_type: 'image', content: 'look' },
      { type: 'image', media: { id: 'A1' }, caption: 'look' },
    ],
    [
      'an imageMessage',
      { type: 'imageMessage', caption: 'look' },
      { type: 'image', media: { id: 'A1' }, caption: 'look' },
    ],
    [
      'a voice note',
      { type: 'ptt', mimetype: 'audio/ogg' },
      { type: 'voice', media: { id: 'A1', mimeType: 'audio/ogg' } },
    ],
    [
      'a file with a name',
      { type: 'document', filename: 'a.pdf', mediaUrl: 'https://x.test/a' },
      { type: 'document', media: { id: 'A1', url: 'https://x.test/a', filename: 'a.pdf' } },
    ],
    [
      'a file of no kind',
      { hasMedia: true, mimetype: 'video/mp4' },
      { type: 'video', media: { id: 'A1', mimeType: 'video/mp4' } },
    ],
    [
      'a place',
      { type: 'location', location: { latitude: 1.5, longitude: 2 } },
      { type: 'location', latitude: 1.5, longitude: 2 },
    ],
    ['what nobody knows', { type: 'hologram' }, { type: 'unsupported', kind: 'hologram' }],
    ['nothing', {}, { type: 'unsupported' }],
  ]
  test.each(contents)('%s', (_what, fields, content) => {
    const record = { ...base, ...fields }
    expect(read(record)).toMatchObject({
      type: 'message',
      providerId: 'A1',
      sentAt: 1_789_000_001_000,
      raw: record,
    })
    expect((read(record) as InboundMessage).content).toEqual(content)
  })

  test('a reaction', () => {
    const record = { ...base, content: '👍', media_type: 'reaction', reaction_to_message_id: 'B2' }
    expect(read(record)).toMatchObject({ type: 'reaction', targetId: 'B2', emoji: '👍' })
  })

  test('a quote', () => {
    expect(read({ ...base, text: 'yes', quoted_message_id: 'B2' })).toMatchObject({ quotedId: 'B2' })
  })
})

describe('whose it is', () => {
  test.each<[string, unknown, string]>([
    ['from_me', true, 'operator'],
    ['is_from_me', 'true', 'operator'],
    ['fromMe', 1, 'operator'],
    ['from_me', false, 'customer'],
    ['is_from_me', 0, 'customer'],
  ])('%s: %s', (key, value, author) => {
    expect(read({ ...base, text: 'hi', [key]: value })).toMatchObject({ author })
  })

  test('is seen by the sender where the server does not say', () => {
    expect(read({ ...base, text: 'hi', sender: '15550009999@s.whatsapp.net' })).toMatchObject({
      author: 'operator',
    })
    expect(read({ ...base, text: 'hi', sender: '15550001234@s.whatsapp.net' })).toMatchObject({
      author: 'customer',
    })
    // A person who hides their number may be listed by it, or not.
    expect(read({ ...base, text: 'hi', sender: '99887766@lid' })).toMatchObject({ author: 'customer' })
  })

  test('the person has the address of the chat first, and the others after it', () => {
    const event = read({ ...base, text: 'hi', sender: '99887766@lid', sender_name: 'Alex' })
    expect(event).toMatchObject({
      chat: {
        person: {
          identities: [
            { kind: 'phone', value: '+15550001234' },
            { kind: 'lid', value: '99887766@lid' },
          ],
          name: 'Alex',
        },
      },
    })
  })

  test('an operator’s address is not the customer’s', () => {
    const event = read({ ...base, text: 'hi', from_me: true, sender: '99887766@lid', sender_name: 'Me' })
    expect(event).toMatchObject({
      chat: { person: { identities: [{ kind: 'phone', value: '+15550001234' }], name: 'Chat' } },
    })
    expect(JSON.stringify((event as InboundMessage).chat)).not.toContain('lid')
  })

  test('in a group the sender is the person', () => {
    const record = { ...base, text: 'hi', from: '120363000000000001@g.us', participant: '15550002222@c.us' }
    expect(read(record, group)).toMatchObject({
      chat: { kind: 'group', id: '120363000000000001@g.us' },
      sender: { identities: [{ kind: 'phone', value: '+15550002222' }] },
    })
  })
})

describe('ids that are made', () => {
  const bare = { timestamp: 1_789_000_001, sender_name: 'Alex', text: 'hi' }
  const idOf = (record: unknown, context = direct) => readMessage(record, context)?.id

  test('are the same for the same message, and others for others', () => {
    expect(idOf(bare)).toMatch(/^mcp\./)
    expect(idOf({ ...bare, unread: 3 })).toBe(idOf(bare))
    const others = [
      idOf({ ...bare, text: 'hi!' }),
      idOf({ ...bare, timestamp: 1_789_000_002 }),
      idOf({ ...bare, sender_name: 'Sam' }),
      idOf({ ...bare, from_me: true }),
      idOf(bare, group),
      idOf({ ...bare, text: undefined, type: 'image' }),
    ]
    expect(new Set([idOf(bare), ...others]).size).toBe(7)
  })

  test('do not collide for random texts and times', () => {
    const record = fc.record({
      text: fc.string({ minLength: 1 }),
      timestamp: fc.integer({ min: 1_600_000_000, max: 1_789_000_000 }),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(record, { comparator: (a, b) => a.text === b.text && a.timestamp === b.timestamp }),
        all => {
          expect(new Set(all.map(each => idOf(each))).size).toBe(all.length)
        },
      ),
    )
  })
})

test('no record makes the reader throw', () => {
  const keys = [
    'id',
    'from_me',
    'timestamp',
    'text',
    'sender',
    'type',
    'hasMedia',
    'location',
    'quoted_message_id',
    'reaction_to_message_id',
  ]
  const record = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue())
  for (const context of [direct, group]) {
    fc.assert(
      fc.property(
        fc.oneof(record, fc.anything()),
        value => void readMessage(value, context)?.toEvent({ history: true }),
      ),
    )
  }
  let deep: unknown = {}
  for (let i = 0; i < 10_000; i++) deep = { deep }
  expect(read({ id: 'A1', text: 'hi', deep })).not.toHaveProperty('raw')
})
