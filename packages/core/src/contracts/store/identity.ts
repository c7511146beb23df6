import type { Identity, IdentityChange, InboundMessage, Person } from '../../vocabulary/index.js'
import { equal, kind, ok, present } from '../assert.js'
import { account, bsuid, channel, phone, textOf } from './events.js'
import { ingestOptions, type Scene, type StoreTests } from './scene.js'

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

/** The same, with the time at which it was true: so many minutes after noon. */
function told(minute: number, previous: Identity, ...current: Identity[]): IdentityChange {
  return { ...moved(previous, ...current), at: Date.UTC(2026, 0, 1, 12, minute) }
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

  'tells people apart who show one number in the same call, also when nobody knew any of them':
    async scene => {
      const events = [scoped, newScoped].map(own => textOf({ identities: [number, own] }, 'hola'))
      const results = await scene.store.ingest(events, ingestOptions)
      const [before, after] = results.map(result => kind(result, 'stored', 'a message').conversationId)
      ok(before !== after, 'two people')
      equal((await find(scene, scoped))?.id, before, 'the first')
      equal((await find(scene, newScoped))?.id, after, 'the second')
      equal((await find(scene, number))?.id, after, 'whose the number is')
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

  'merges each user once, however many of their addresses a change names': async scene => {
    const older = await conversationOf(scene, [scoped])
    await write(scene, [number, hidden])
    const result = kind(
      await scene.ingest(moved(number, newNumber, scoped, hidden)),
      'identity',
      'the change',
    )
    equal(result.merges?.length, 1, 'merges')
    for (const address of [scoped, hidden, newNumber]) {
      equal((await find(scene, address))?.id, older.id, 'the conversation')
    }
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

  'gives no number back to who has left it because an old report comes again': async scene => {
    const reports = [moved(hidden, number), told(10, hidden, number), told(20, number, hidden)]
    for (const [round, report] of reports.entries()) {
      const mover = await conversationOf(scene, [hidden])
      await scene.ingest(report)
      await scene.ingest(told(10 * round + 1, number, newNumber))
      equal((await scene.ingest(report)).kind, 'identity', 'the old report')
      equal(await find(scene, number), undefined, 'a conversation by the number that was left')
      const next = await conversationOf(scene, [number])
      equal(await scene.ingest(report), { kind: 'identity', userId: mover.user?.id }, 'the old report')
      equal((await find(scene, number))?.id, next.id, 'whose the number is')
      equal((await find(scene, hidden))?.id, mover.id, 'whose the other address is')
      // For the next round: as it was.
      await scene.ingest(told(10 * round + 2, number, phone(`+3463333333${round}`)))
      await scene.ingest(told(10 * round + 3, newNumber, number))
    }
  },

  'takes no number from its new owner, and merges nobody, because of an event that is late': async scene => {
    for (const owner of [[number], [number, newScoped]]) {
      const mover = await conversationOf(scene, [scoped, number])
      await scene.ingest(moved(number, newNumber))
      const next = await conversationOf(scene, owner)
      const late = await write(scene, [number, scoped])
      equal([late.conversationId, late.merges], [mover.id, undefined], 'whose the late message is')
      equal((await find(scene, number))?.id, next.id, 'whose the number is')
      // For the second round: as it was.
      await scene.ingest(moved(number, phone('+34633333333')))
      await scene.ingest(moved(newNumber, number))
    }
  },

  'gives a number back because of a report that is newer than the leaving': async scene => {
    const mover = await conversationOf(scene, [hidden, number])
    await scene.ingest(told(1, number, newNumber))
    await scene.ingest(told(2, hidden, number))
    equal((await find(scene, number))?.id, mover.id, 'the conversation by the number')
    const next = await conversationOf(scene, [bsuid('US.next'), newNumber])
    equal(next.id, mover.id, 'the conversation by the other number, which was not left')
  },

  'changes nothing when an old change comes again after newer ones': async scene => {
    const third = phone('+34633333333')
    const there = told(1, number, newNumber)
    const back = told(2, newNumber, number)
    const away = told(3, number, third)
    const mover = await conversationOf(scene, [number])
    for (const change of [there, back, there]) await scene.ingest(change)
    equal((await find(scene, number))?.id, mover.id, 'after the way there and back')
    equal(await find(scene, newNumber), undefined, 'a conversation by the number between')
    for (const change of [away, there, back, away]) await scene.ingest(change)
    equal((await find(scene, third))?.id, mover.id, 'after a third number')
    const next = await conversationOf(scene, [number])
    for (const change of [there, back, away]) await scene.ingest(change)
    equal((await find(scene, number))?.id, next.id, 'whose the first number is')
    equal((await find(scene, third))?.id, mover.id, 'whose the third number is')
    const result = kind(await scene.ingest(told(4, number, newNumber)), 'identity', 'a new change')
    equal(result.userId, next.user?.id, 'who makes the same change later')
    equal((await find(scene, newNumber))?.id, next.id, 'whose the second number is')
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
      ingestOptions,
    )
    const ids = results.map(result => (result.kind === 'stored' ? result.conversationId : result.kind))
    equal([ids[0], ids[3]], [before.id, before.id], 'the messages of who changed the number')
    ok(ids[2] !== before.id, 'a message of the new owner')
    equal((await find(scene, number))?.id, ids[2], 'the conversation by the old number')
  },
}
