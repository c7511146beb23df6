import type { Identity, Person } from '../../vocabulary/index.js'
import { equal, ok } from '../assert.js'
import { account, ana, ben, bsuid, channel, phone, textOf } from './events.js'
import { ingestOptions, type Scene, type StoreTests } from './scene.js'

const number = phone('+34611111111')
const scoped = bsuid('US.1349')

async function conversationOf(scene: Scene, identities: readonly Identity[], changes: Partial<Person> = {}) {
  const person = { identities, ...changes }
  const { conversationId } = await scene.tell(textOf(person, 'hola'))
  const conversation = await scene.store.findConversation({ conversationId })
  ok(conversation, 'the conversation of a stored message is found')
  return conversation
}

function find(scene: Scene, peer: Identity) {
  return scene.store.findConversation({ channel, account, peer })
}

export const peopleTests: StoreTests = {
  'knows a person by phone, by business-scoped id and by both as one': async scene => {
    const first = await conversationOf(scene, [number], { name: 'Ana' })
    const both = await conversationOf(scene, [number, scoped])
    const second = await conversationOf(scene, [scoped])
    equal([both.id, second.id], [first.id, first.id], 'the conversations')
    equal(second.user, { id: first.user?.id, name: 'Ana', phone: number.value }, 'the user')
  },

  'knows a person who first had no phone': async scene => {
    const first = await conversationOf(scene, [scoped])
    equal(first.user?.phone, undefined, 'the phone')
    const both = await conversationOf(scene, [scoped, number])
    const second = await conversationOf(scene, [number])
    equal([both.id, second.id], [first.id, first.id], 'the conversations')
    equal(second.user?.phone, number.value, 'the phone, once it is known')
  },

  'shares phones between channels, and nothing else': async scene => {
    const one = await conversationOf(scene, [number, scoped])
    const byPhone = await scene.tell(textOf({ identities: [number] }, 'hola', { channel: 'other-channel' }))
    const byScoped = await scene.tell(textOf({ identities: [scoped] }, 'hola', { channel: 'third-channel' }))
    const onPhone = await scene.store.findConversation(byPhone)
    const onScoped = await scene.store.findConversation(byScoped)
    equal(onPhone?.user?.id, one.user?.id, 'the user of the same phone')
    ok(onPhone?.id !== one.id, 'each channel has its own conversation')
    ok(onScoped?.user?.id !== one.user?.id, 'a business-scoped id means somebody else on another channel')
  },

  'has one conversation for each account': async scene => {
    const one = await conversationOf(scene, [number])
    const two = await scene.tell(textOf({ identities: [number] }, 'hola', { account: 'account-2' }))
    ok(two.conversationId !== one.id, 'another account is another conversation')
    const found = await scene.store.findConversation({ channel, account: 'account-2', peer: number })
    equal(found?.id, two.conversationId, 'the conversation of the other account, by address')
    equal(found?.user?.id, one.user?.id, 'the user')
  },

  'replaces a name by a newer one and keeps it when none is given': async scene => {
    equal((await conversationOf(scene, [number], { name: 'Ana' })).user?.name, 'Ana', 'the first name')
    equal((await conversationOf(scene, [number], { name: 'Ana M.' })).user?.name, 'Ana M.', 'the newer name')
    equal((await conversationOf(scene, [number])).user?.name, 'Ana M.', 'the name when none is given')
  },

  'replies to the first identity of the newest live event': async scene => {
    equal((await conversationOf(scene, [number, scoped])).peer, number, 'the address at first')
    equal((await conversationOf(scene, [scoped, number])).peer, scoped, 'the address of the newest event')
    const { conversationId } = await scene.tell(
      textOf({ identities: [number] }, 'old', { history: true, sentAt: 1_000_000 }),
    )
    const turn = await scene.claim(conversationId)
    equal(turn.conversation.peer, scoped, 'the address after a backfill')
    const { send } = await scene.answer(turn, 'hi')
    equal(send?.message.to, scoped, 'the recipient of the reply')
  },

  'makes one person of messages that race': async scene => {
    const stored = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        scene.tell(textOf({ identities: index % 2 ? [number, scoped] : [scoped, number] }, `m${index}`)),
      ),
    )
    equal(new Set(stored.map(result => result.conversationId)).size, 1, 'conversations')
    equal((await scene.store.listConversations()).length, 1, 'conversations in the list')
  },

  'learns another address of somebody known, whichever of both was known': async scene => {
    const known = await conversationOf(scene, [scoped])
    const change = { type: 'identity', channel, account, previous: number, current: [scoped] } as const
    equal(await scene.ingest(change), { kind: 'identity', userId: known.user?.id }, 'the result')
    equal((await find(scene, number))?.id, known.id, 'the conversation by the other address')
  },

  'stores nothing of a changed address of nobody': async scene => {
    const change = { type: 'identity', channel, account, previous: number } as const
    equal(await scene.ingest({ ...change, current: [scoped] }), { kind: 'identity' }, 'of nobody')
    equal(await find(scene, scoped), undefined, 'a conversation of nobody')
  },

  'keeps a group together': async scene => {
    const chat = { kind: 'group', id: 'group-1@g.us' } as const
    const first = await scene.tell(textOf(ana, 'from Ana', { chat, sender: ana }))
    const second = await scene.tell(textOf(ben, 'from Ben', { chat, sender: ben }))
    const third = await scene.tell(textOf(ben, 'from nobody', { chat }))
    const direct = await scene.hear(ana, 'alone')
    equal(
      [second.conversationId, third.conversationId],
      [first.conversationId, first.conversationId],
      'the group',
    )
    ok(direct.conversationId !== first.conversationId, "a member's own chat is another conversation")
    const turn = await scene.claim(first.conversationId)
    equal(
      turn.burst.map(message => message.senderName),
      ['Ana', 'Ben', undefined],
      'the writers of the burst',
    )
    equal([turn.conversation.kind, turn.conversation.user], ['group', undefined], 'the conversation')
    const { send } = await scene.answer(turn, 'hello all')
    equal(send?.message.to, { kind: 'group', value: chat.id }, 'the recipient of the reply')
    const own = (await scene.messages(direct.conversationId))[0]
    equal(own?.senderName, undefined, 'the writer in a direct chat')
  },

  'knows a member of a group in their own chat': async scene => {
    const sender = { identities: [scoped, number], name: 'Ana' }
    const chat = { kind: 'group', id: 'group-3@g.us' } as const
    await scene.tell(textOf(sender, 'from the group', { chat, sender }))
    const own = await conversationOf(scene, [scoped])
    equal([own.user?.name, own.user?.phone], ['Ana', number.value], 'name and phone')
  },

  'stores calls about the same people at the same time, whatever their order': async scene => {
    const people = [ana, ben, { identities: [number, scoped] }, { identities: [scoped] }]
    const calls = Array.from({ length: 12 }, (_, index) => {
      const events = people.map(person => textOf(person, `call ${index}`))
      return index % 2 ? events.reverse() : events
    })
    const results = await Promise.all(calls.map(events => scene.store.ingest(events, ingestOptions)))
    ok(
      results.flat().every(result => result.kind === 'stored'),
      'every message of every call is stored',
    )
    const counts = await Promise.all(
      (await scene.store.listConversations()).map(async ({ id }) => (await scene.messages(id)).length),
    )
    equal(counts.sort(), [12, 12, 24], 'messages of each conversation')
  },
}
