import type { Identity, IdentityChange, InboundMessage, Person } from '../../vocabulary/index.js'
import { equal, kind, ok, present } from '../assert.js'
import { account, bsuid, channel, phone, textOf } from './events.js'
import type { Scene, StoreTests } from './scene.js'

const number = phone('+34611111111')
const newNumber = phone('+34622222222')
const scoped = bsuid('US.1349')
const newScoped = bsuid('US.9431')
const hidden = { kind: 'lid', value: '771@lid' } as const

function write(scene: Scene, identities: readonly Identity[], changes: Partial<InboundMessage> = {}) {
  return scene.tell(textOf({ identities }, 'hola', changes))
}

async function conversationOf(scene: Scene, identities: readonly Identity[]) {
  const { conversationId } = await write(scene, identities)
  return present(await scene.store.findConversation({ conversationId }), 'the conversation of a message')
}

function find(scene: Scene, peer: Identity, place: { channel?: string; account?: string } = {}) {
  return scene.store.findConversation({ channel, account, peer, ...place })
}

function moved(previous: Identity, ...current: Identity[]): IdentityChange {
  return { type: 'identity', channel, account, previous, current }
}

/** Who an address is, and who it is not. */
export const identityTests: StoreTests = {
  'makes one person of two when an event shows addresses of both': async scene => {
    const older = await conversationOf(scene, [number])
    const younger = await conversationOf(scene, [scoped])
    ok(older.user?.id !== younger.user?.id, 'two people at first')
    const stored = await write(scene, [number, scoped])
    equal(stored.conversationId, older.id, 'the conversation that remains: the older one')
    const merge = present(stored.merges?.[0], 'the merge that the event brought about')
    equal([merge.userId, merge.mergedUserId], [older.user?.id, younger.user?.id], 'who went into whom')
    equal(merge.reason, 'shown', 'why')
    equal((await find(scene, scoped))?.user, { id: older.user?.id, phone: number.value }, 'the one person')
    equal((await write(scene, [scoped])).merges, undefined, 'merges of the next message')
  },

  'makes one person of three': async scene => {
    await write(scene, [number])
    await write(scene, [scoped])
    await write(scene, [hidden])
    const { conversationId, merges } = await write(scene, [hidden, scoped, number])
    equal(merges?.length, 2, 'merges')
    equal((await scene.store.listConversations()).length, 1, 'conversations')
    equal((await scene.messages(conversationId)).length, 4, 'messages')
  },

  'makes one person of two when the provider says that they are one': async scene => {
    const older = await conversationOf(scene, [hidden])
    await write(scene, [number])
    const result = kind(await scene.ingest(moved(hidden, number)), 'identity', 'a look-up')
    equal(result.userId, older.user?.id, 'the user that remains')
    equal(
      result.merges?.map(({ reason }) => reason),
      ['told'],
      'why',
    )
    equal((await find(scene, number))?.id, older.id, 'the conversation by the number')
    equal((await find(scene, hidden))?.id, older.id, 'the conversation by the address that was looked up')
  },

  'never makes one person of equal names': async scene => {
    const named = (identity: Identity): Person => ({ identities: [identity], name: 'Ana' })
    const one = await scene.hear(named(number), 'hola')
    const other = await scene.hear(named(newNumber), 'hola')
    ok(one.conversationId !== other.conversationId, 'two people of one name')
  },

  'gives a number to the person who shows it now': async scene => {
    const before = await conversationOf(scene, [number, scoped])
    const after = await conversationOf(scene, [number, newScoped])
    ok(after.user?.id !== before.user?.id, 'the number has a new owner')
    equal(await scene.store.listMerges(), [], 'merges')
    equal((await find(scene, number))?.id, after.id, 'whose the number is')
    const left = present(await find(scene, scoped), 'the conversation of the former owner')
    equal([left.id, left.user?.phone, left.peer], [before.id, undefined, scoped], 'what they keep')
  },

  'tells people with addresses of their own apart, also when it knew both': async scene => {
    const before = await conversationOf(scene, [number, scoped])
    const after = await conversationOf(scene, [newScoped])
    const stored = await write(scene, [number, newScoped])
    equal([stored.conversationId, stored.merges], [after.id, undefined], 'whose the message is')
    equal((await find(scene, scoped))?.id, before.id, 'the former owner')
    equal((await find(scene, number))?.user, { id: after.user?.id, phone: number.value }, 'the new owner')
  },

  'takes no number from anybody because of a backfill': async scene => {
    const owner = await conversationOf(scene, [number, scoped])
    const past = { history: true, sentAt: 1_600_000_000_000 }
    const stored = await write(scene, [number, newScoped], past)
    ok(stored.conversationId !== owner.id, 'the message is of whom it names')
    equal((await find(scene, number))?.id, owner.id, 'whose the number is')
    const other = await scene.store.findConversation(stored)
    equal(other?.peer, newScoped, 'where the other one is answered')
  },

  'frees the old number of somebody who has a new one': async scene => {
    const before = await conversationOf(scene, [number])
    const result = await scene.ingest(moved(number, newNumber, newScoped))
    equal(result, { kind: 'identity', userId: before.user?.id }, 'the result')
    equal(await find(scene, number), undefined, 'a conversation by the old number')
    const after = present(await find(scene, newNumber), 'the conversation by the new number')
    equal([after.id, after.peer, after.user?.phone], [before.id, newNumber, newNumber.value], 'what changes')
    const stranger = await conversationOf(scene, [number])
    ok(stranger.user?.id !== before.user?.id, 'the next owner of the old number is somebody new')
  },

  'frees the number of somebody with a new business-scoped id, whether or not the new one is told':
    async scene => {
      const before = await conversationOf(scene, [number, scoped])
      await scene.ingest(moved(scoped, newScoped))
      equal(await find(scene, number), undefined, 'a conversation by the old number')
      const after = present(await find(scene, newScoped), 'the conversation by the new id')
      equal([after.id, after.peer, after.user?.phone], [before.id, newScoped, undefined], 'what changes')
      equal((await find(scene, scoped))?.id, before.id, 'the conversation by the former id')
    },

  'keeps the number when only the business-scoped id is new': async scene => {
    const before = await conversationOf(scene, [number, scoped])
    await scene.ingest(moved(scoped, number, newScoped))
    equal((await find(scene, number))?.id, before.id, 'the conversation by the number')
  },

  'merges who wrote under a new address before the change was told': async scene => {
    const before = await conversationOf(scene, [number, scoped])
    await write(scene, [newNumber, newScoped])
    const result = kind(await scene.ingest(moved(scoped, newNumber, newScoped)), 'identity', 'the change')
    equal(result.merges?.length, 1, 'merges')
    equal((await find(scene, newNumber))?.id, before.id, 'the conversation by the new number')
    equal(await find(scene, number), undefined, 'a conversation by the old number')
  },

  'changes nothing when a change is told again, whoever has the number by then': async scene => {
    for (const change of [moved(number, newNumber, newScoped), moved(scoped, newNumber, newScoped)]) {
      const mover = await conversationOf(scene, [number, scoped])
      await scene.ingest(change)
      const next = await conversationOf(scene, [number, bsuid(`US.${change.previous.kind}`)])
      const again = kind(await scene.ingest(change), 'identity', 'the same change once more')
      equal([again.userId, again.merges], [mover.user?.id, undefined], 'its result')
      equal((await find(scene, number))?.id, next.id, 'whose the old number is')
      equal((await find(scene, newNumber))?.id, mover.id, 'whose the new number is')
      // For the second round: as it was.
      await scene.ingest(moved(bsuid(`US.${change.previous.kind}`), bsuid('US.elsewhere')))
      await scene.ingest(moved(newScoped, number, scoped))
    }
  },

  'takes no freed number back from an event that is late': async scene => {
    const mover = await conversationOf(scene, [number, scoped])
    await scene.ingest(moved(number, newNumber, newScoped))
    const late = await write(scene, [number, scoped])
    equal(late.conversationId, mover.id, 'whose the late message is')
    equal(await find(scene, number), undefined, 'a conversation by the freed number')
    equal((await find(scene, scoped))?.peer, scoped, 'where it is answered')
    const next = await conversationOf(scene, [number])
    ok(next.user?.id !== mover.user?.id, 'the next owner is somebody new')
  },

  'gives a number back to somebody who returns to it': async scene => {
    const mover = await conversationOf(scene, [number])
    await scene.ingest(moved(number, newNumber))
    await scene.ingest(moved(newNumber, number))
    equal((await find(scene, number))?.id, mover.id, 'the conversation by the first number')
    equal(await find(scene, newNumber), undefined, 'a conversation by the second number')
  },

  'judges the messages of one call in their order': async scene => {
    const before = await conversationOf(scene, [number])
    const results = await scene.store.ingest(
      [
        textOf({ identities: [number] }, 'still mine'),
        moved(number, newNumber),
        textOf({ identities: [number] }, 'mine now'),
        textOf({ identities: [newNumber] }, 'here I am'),
      ],
      { buffer: { quietMs: 0, maxWaitMs: 0, maxCount: 9 }, handoffIdleMs: null, keepRaw: true },
    )
    const ids = results.map(result => (result.kind === 'stored' ? result.conversationId : result.kind))
    equal([ids[0], ids[3]], [before.id, before.id], 'the messages of who changed the number')
    ok(ids[2] !== before.id, 'a message of the new owner')
    equal((await find(scene, number))?.id, ids[2], 'the conversation by the old number')
  },
}
