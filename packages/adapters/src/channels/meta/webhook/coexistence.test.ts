import { describe, expect, test } from 'vitest'
import {
  businessPhone,
  change,
  contact,
  echo,
  eventOf,
  eventsOf,
  message,
  parentUserId,
  phone,
  userId,
  webhook,
} from './samples.test.support.js'

const mara = {
  kind: 'direct',
  person: {
    identities: [
      { kind: 'phone', value: `+${phone}` },
      { kind: 'bsuid', value: userId },
    ],
    name: 'Mara Lind',
    username: 'mara.lind',
  },
}

describe('reactions, edits, revocations', () => {
  test('a reaction, and one taken back', () => {
    const reaction = { message_id: 'wamid.ours', emoji: '👍' }
    expect(eventOf({ type: 'reaction', reaction })).toMatchObject({
      type: 'reaction',
      author: 'customer',
      chat: mara,
      targetId: 'wamid.ours',
      emoji: '👍',
    })
    for (const emoji of ['', undefined, null]) {
      const back = eventOf({ type: 'reaction', reaction: { ...reaction, emoji } })
      expect(back).toMatchObject({ type: 'reaction', targetId: 'wamid.ours' })
      expect(back).not.toHaveProperty('emoji')
    }
  })

  test('an edit carries the new content', () => {
    const edit = {
      original_message_id: 'wamid.theirs',
      message: { type: 'text', text: { body: 'Is it closed?' } },
    }
    expect(eventOf({ type: 'edit', edit })).toMatchObject({
      type: 'edit',
      targetId: 'wamid.theirs',
      content: { type: 'text', text: 'Is it closed?' },
    })
    const caption = { ...edit, message: { type: 'image', image: { id: '1', caption: 'The other side' } } }
    expect(eventOf({ type: 'edit', edit: caption })).toMatchObject({ content: { caption: 'The other side' } })
    expect(eventOf({ type: 'edit', edit: { ...edit, message: null } })).toMatchObject({
      type: 'edit',
      content: { type: 'unsupported' },
    })
  })

  test('a revocation', () => {
    const revoke = { original_message_id: 'wamid.theirs' }
    expect(eventOf({ type: 'revoke', revoke })).toMatchObject({
      type: 'revoke',
      targetId: 'wamid.theirs',
      chat: mara,
    })
  })

  test.each(['reaction', 'edit', 'revoke'])('a %s of nothing is kept as a message', type => {
    for (const fields of [undefined, null, 'broken', {}, { message_id: '', original_message_id: {} }]) {
      expect(eventOf({ type, [type]: fields })).toMatchObject({
        type: 'message',
        content: { type: 'unsupported', kind: type },
      })
    }
  })
})

describe('echoes of the WhatsApp Business app', () => {
  const echoes = (...message_echoes: unknown[]) =>
    eventsOf(webhook(change({ contacts: [contact], message_echoes }, 'smb_message_echoes')))

  test('are messages of an operator in the chat of the person they went to', () => {
    const [event] = echoes(echo({ id: 'wamid.app1' }))
    expect(event).toMatchObject({ type: 'message', providerId: 'wamid.app1', author: 'operator', chat: mara })
    expect(event).not.toHaveProperty('sender')
    expect(event).not.toHaveProperty('history')
  })

  test('reach people without a phone', () => {
    expect(echoes(echo({ to: undefined, to_parent_user_id: parentUserId }))).toMatchObject([
      {
        chat: {
          person: {
            identities: [{ kind: 'phone' }, { value: userId }, { kind: 'parent_bsuid', value: parentUserId }],
          },
        },
      },
    ])
    const [alone] = eventsOf(
      webhook(change({ message_echoes: [echo({ to: undefined })] }, 'smb_message_echoes')),
    )
    expect(alone).toMatchObject({ chat: { person: { identities: [{ kind: 'bsuid', value: userId }] } } })
  })

  test('may be reactions, edits, revocations, and kinds nobody knows', () => {
    const target = { original_message_id: 'wamid.app1' }
    const edited = { ...target, message: { type: 'text', text: { body: 'Until six' } } }
    expect(
      echoes(
        echo({ type: 'reaction', reaction: { message_id: 'wamid.theirs', emoji: '❤️' } }),
        echo({ type: 'edit', edit: edited }),
        echo({ type: 'revoke', revoke: target }),
        echo({ type: 'hologram' }),
      ),
    ).toMatchObject([
      { type: 'reaction', author: 'operator', emoji: '❤️' },
      { type: 'edit', author: 'operator', targetId: 'wamid.app1', content: { text: 'Until six' } },
      { type: 'revoke', author: 'operator', targetId: 'wamid.app1' },
      { type: 'message', author: 'operator', content: { type: 'unsupported', kind: 'hologram' } },
    ])
  })

  test('to nobody are reported', () => {
    const events = eventsOf(
      webhook(
        change(
          { message_echoes: [echo({ to: undefined, to_user_id: undefined }), null] },
          'smb_message_echoes',
        ),
      ),
    )
    expect(events).toMatchObject([
      { type: 'notice', kind: 'message_echoes' },
      { type: 'notice', kind: 'message_echoes', raw: null },
    ])
  })
})

describe('history', () => {
  const history = (...chunks: unknown[]) => eventsOf(webhook(change({ history: chunks }, 'history')))
  const chunk = (...threads: unknown[]) => ({ metadata: { phase: 1, chunk_order: 2, progress: 40 }, threads })
  const thread = (...messages: unknown[]) => ({
    id: phone,
    context: { wa_id: phone, user_id: userId },
    messages,
  })
  const identities = mara.person.identities

  test('has both sides, none of it live', () => {
    const question = message({ history_context: { status: 'READ' } })
    const answer = echo({ history_context: { status: 'PLAYED' } })
    const later = message({ from: undefined })
    expect(history(chunk(thread(question, answer, later)))).toMatchObject([
      { type: 'message', author: 'customer', history: true, chat: { person: { identities } } },
      { type: 'message', author: 'operator', history: true, chat: { person: { identities } } },
      { type: 'message', author: 'customer', history: true, chat: { person: { identities } } },
    ])
  })

  test('every thread of every chunk', () => {
    const threads = Array.from({ length: 3 }, () => thread(message(), echo()))
    expect(history(chunk(...threads), chunk(...threads))).toHaveLength(12)
  })

  test('a thread says who it is when its messages do not', () => {
    const own = { id: 'wamid.own', from: businessPhone, type: 'text', text: { body: 'Yes' } }
    const nobody = { id: 'wamid.theirs', type: 'text', text: { body: 'Thanks' } }
    expect(history(chunk({ id: phone, messages: [own, nobody] }))).toMatchObject([
      { author: 'operator', chat: { person: { identities: [{ kind: 'phone', value: `+${phone}` }] } } },
      { author: 'customer', chat: { person: { identities: [{ kind: 'phone', value: `+${phone}` }] } } },
    ])
    const context = { user_id: userId, username: '@mara.lind' }
    expect(history(chunk({ context, messages: [nobody] }))).toMatchObject([
      { chat: { person: { identities: [{ kind: 'bsuid', value: userId }], username: 'mara.lind' } } },
    ])
  })

  test('a message that went to somebody without a known phone is the business’s own', () => {
    const own = { id: 'wamid.own', to_user_id: userId, type: 'text', text: { body: 'Yes' } }
    expect(history(chunk({ messages: [own] }))).toMatchObject([
      { author: 'operator', chat: { person: { identities: [{ kind: 'bsuid', value: userId }] } } },
    ])
  })

  test('the business number may be written in any way', () => {
    const metadata = { display_phone_number: '+49 30 555 00100', phone_number_id: '310010000000001' }
    const value = { metadata, history: [chunk(thread(echo({ to: undefined, to_user_id: undefined })))] }
    expect(eventsOf(webhook(change(value, 'history')))).toMatchObject([
      { author: 'operator', chat: { kind: 'direct' } },
    ])
  })

  test('media come as placeholders first, and follow later', () => {
    const placeholder = message({ type: 'media_placeholder', text: undefined })
    expect(history(chunk(thread(placeholder)))).toMatchObject([
      { history: true, content: { type: 'unsupported', kind: 'media_placeholder' } },
    ])
    const photo = { type: 'image', image: { id: '5', caption: 'Last summer' } }
    const content = { type: 'image', media: { id: '5' }, caption: 'Last summer' }
    const [theirs, own, echoed] = [message(photo), echo(photo), echo(photo)]
    const value = { messages: [theirs, own], message_echoes: [echoed] }
    const events = eventsOf(webhook(change(value, 'history')))
    expect(events).toMatchObject(
      [theirs, own, echoed].flatMap(({ id }, index) => {
        const common = { history: true, author: index === 0 ? 'customer' : 'operator', content }
        const chat = { person: { identities } }
        return [
          { ...common, chat, type: 'message', providerId: id },
          { ...common, chat, type: 'edit', providerId: `${id}:media`, targetId: id },
        ]
      }),
    )
    expect(eventsOf(webhook(change(value, 'history')))).toEqual(events)
  })

  test('a file that Meta could not give reaches its placeholder too, as what it is', () => {
    const errors = [{ code: 131052, title: 'Media download error' }]
    const failed = message({ type: 'video', video: {}, text: undefined, errors })
    expect(eventsOf(webhook(change({ messages: [failed] }, 'history')))).toMatchObject([
      { type: 'message', content: { type: 'unsupported', kind: 'video' } },
      { type: 'edit', targetId: failed.id, content: { reason: 'Media download error' } },
    ])
  })

  test('nothing follows up but files of the history', () => {
    const placeholder = message({ type: 'media_placeholder', text: undefined })
    const reaction = message({ type: 'reaction', reaction: { message_id: 'wamid.own', emoji: '👍' } })
    const live = message({ type: 'image', image: { id: '5' } })
    expect(eventsOf(webhook(change({ messages: [placeholder, reaction] }, 'history')))).toHaveLength(2)
    expect(eventsOf(webhook(change({ messages: [live] })))).toHaveLength(1)
    expect(history(chunk(thread(live)))).toHaveLength(1)
  })

  test('reactions and the like are history too', () => {
    const reaction = message({ type: 'reaction', reaction: { message_id: 'wamid.own', emoji: '👍' } })
    const revoke = echo({ type: 'revoke', revoke: { original_message_id: 'wamid.own' } })
    expect(history(chunk(thread(reaction, revoke)))).toMatchObject([
      { type: 'reaction', history: true, author: 'customer' },
      { type: 'revoke', history: true, author: 'operator' },
    ])
  })

  test('declined', () => {
    const declined = { errors: [{ code: 2593109, title: 'History is not shared' }] }
    expect(history(declined)).toEqual([
      { type: 'notice', channel: 'meta', account: '310010000000001', kind: 'history', raw: declined },
    ])
  })

  test('errors next to threads hide none of them', () => {
    expect(history({ ...chunk(thread(message())), errors: [{ code: 1 }] })).toMatchObject([
      { type: 'message' },
      { type: 'notice', kind: 'history' },
    ])
  })

  test.each([null, 7, 'broken', [], {}, { threads: 'broken' }])('a chunk that is %s is a notice', broken => {
    expect(history(broken, chunk(thread(message())))).toMatchObject([
      { type: 'notice', kind: 'history', raw: broken },
      { type: 'message' },
    ])
  })

  test('broken threads and messages are notices', () => {
    expect(history(chunk(null, { id: phone }, thread(null, { type: 'text' }, message())))).toMatchObject([
      { type: 'notice', kind: 'history', raw: null },
      { type: 'notice', kind: 'history', raw: { id: phone } },
      { type: 'notice', kind: 'messages', raw: null },
      { type: 'notice', kind: 'messages', raw: { type: 'text' } },
      { type: 'message', history: true },
    ])
  })

  test('a chunk without threads is not silent', () => {
    expect(history({ metadata: { progress: 100 }, threads: [] })).toMatchObject([
      { type: 'notice', kind: 'history' },
    ])
  })
})
