import type { InboundMessage, Person } from '../../vocabulary/index.js'
import { between, equal, present } from '../assert.js'
import { account, ben, channel, editOf, reactionOf, revokeOf, textOf } from './events.js'
import { both, join, number, one, other, scoped } from './pair.js'
import { hourMs, operatorMessage, type Scene, type StoreTests, texts } from './scene.js'

/** Two conversations, each with one message that is answered and sent. */
async function twoConversations(scene: Scene) {
  const conversations = []
  for (const person of [one, other]) {
    const item = await scene.converse(person, 'answered')
    await scene.record(item, { kind: 'sent' })
    conversations.push(item.conversationId)
  }
  const [older = '', younger = ''] = conversations
  return { older, younger }
}

/** What becomes of two conversations of one person. */
export const mergingTests: StoreTests = {
  'puts the messages of both in one order, and keeps the ids of all': async scene => {
    const { older, younger } = await twoConversations(scene)
    const before = [...(await scene.messages(older)), ...(await scene.messages(younger))]
    const last = await scene.hear(both, 'together')
    equal(last.conversationId, older, 'the conversation that remains')
    const after = await scene.messages(older)
    equal(
      after.slice(0, -1).map(({ id, text }) => [id, text]),
      before.map(({ id, text }) => [id, text]),
      'messages with their ids',
    )
    const positions = after.map(({ position }) => position)
    equal(
      [...new Set(positions)].sort((a, b) => a - b),
      positions,
      'positions: different ones, growing',
    )
    equal(new Set(after.map(({ conversationId }) => conversationId)).size, 1, 'conversations')
    const [summary] = await scene.store.listConversations()
    equal([summary?.id, summary?.messageCount], [older, 5], 'the only conversation, with its messages')
  },

  'keeps messages of both that were written at the same time': async scene => {
    const past: Partial<InboundMessage> = { history: true, sentAt: 1_600_000_000_000 }
    for (const [person, text] of [
      [one, 'a1'],
      [one, 'a2'],
      [other, 'b1'],
      [other, 'b2'],
      [other, 'b3'],
    ] as const) {
      await scene.tell(textOf(person, text, past))
    }
    const { conversations } = await join(scene)
    const messages = await scene.messages(conversations[0]?.conversationId ?? '')
    equal([...texts(messages)].sort(), ['a1', 'a2', 'b1', 'b2', 'b3'], 'messages')
    equal(new Set(messages.map(({ position }) => position)).size, 5, 'positions')
    equal(new Set(messages.map(({ id }) => id)).size, 5, 'ids')
  },

  'answers what is unread in either, and nothing twice': async scene => {
    const waiting = await scene.hear(one, 'waits')
    const item = await scene.converse(other, 'answered')
    await scene.record(item, { kind: 'sent' })
    await scene.hear(other, 'waits too')
    const { due } = await join(scene)
    equal(
      due.map(({ conversationId }) => conversationId),
      [waiting.conversationId],
      'what the merge says is due',
    )
    equal(await scene.due(), [waiting.conversationId], 'what a sweep says is due')
    const turn = await scene.claim(waiting.conversationId)
    equal(texts(turn.burst), ['waits', 'waits too'], 'the burst')
    equal(texts(turn.history), ['hello', 'answered'], 'the history')
    await scene.answer(turn, 'done')
    equal((await scene.tryClaim(waiting.conversationId)).kind, 'idle', 'the conversation afterwards')
  },

  'has nothing to do where nothing was unread': async scene => {
    const { older } = await twoConversations(scene)
    equal((await join(scene)).due, [], 'what the merge says is due')
    equal((await scene.tryClaim(older)).kind, 'idle', 'the conversation')
    const { conversationId } = await scene.hear(both, 'new')
    equal(texts((await scene.claim(conversationId)).burst), ['new'], 'the burst of the next message')
  },

  'knows a merged conversation by the id that it had': async scene => {
    const { older, younger } = await twoConversations(scene)
    const { conversations } = await join(scene)
    equal(conversations, [{ conversationId: older, mergedConversationId: younger }], 'the conversations')
    const target = { conversationId: younger }
    equal((await scene.store.findConversation(target))?.id, older, 'by the id that is gone')
    equal(await scene.messages(younger), await scene.messages(older), 'its messages')
    const result = await scene.store.setHandoff(target, { state: 'human', handoffIdleMs: hourMs })
    equal([result?.conversation.id, result?.conversation.handoff], [older, 'human'], 'a takeover')
    const written = await scene.store.addOperatorMessage(target, operatorMessage('from a person'))
    equal([written?.conversation.id, written?.message.conversationId], [older, older], 'a message')
  },

  'amends what was said under one address by what came under the other': async scene => {
    for (const [round, [writer, amender]] of [[one, other] as const, [other, one] as const].entries()) {
      // Addresses of its own for each round; the older conversation has the amendments once, and once the message.
      const [mine, theirs] = [writer, amender].map(({ identities: [identity] }) => ({
        identities: [{ ...present(identity, 'an address'), value: `${identity?.value}${round}` }],
      }))
      if (!mine || !theirs) throw new Error('unreachable')
      for (const person of round === 0 ? [mine, theirs] : [theirs, mine]) await scene.hear(person, 'first')
      const target = `wamid.${round}`
      const gone = `wamid.gone${round}`
      await scene.tell(textOf(mine, 'one tea', { providerId: target }))
      const { conversationId } = await scene.tell(textOf(mine, 'a secret', { providerId: gone }))
      await scene.tell(editOf(theirs, target, 'one coffee', { sentAt: 2_000 }))
      await scene.tell(reactionOf(theirs, target, { emoji: '👍' }))
      await scene.tell(revokeOf(theirs, gone, { sentAt: 3_000 }))
      equal(texts((await scene.messages(conversationId)).slice(1)), ['one tea', 'a secret'], 'before')
      await scene.tell(textOf({ identities: [...mine.identities, ...theirs.identities] }, 'together'))
      const { burst } = await scene.claim((await scene.store.findConversation({ conversationId }))?.id ?? '')
      equal([...texts(burst)].sort(), ['first', 'first', 'one coffee', 'together'], 'the burst')
      const edited = burst.find(({ providerId }) => providerId === target)
      equal([edited?.editedAt, edited?.reactions?.length], [2_000, 1], 'what became of the message')
      const revoked = (await scene.messages(conversationId)).find(({ providerId }) => providerId === gone)
      equal([revoked?.text, revoked?.revokedAt], [undefined, 3_000], 'what became of the other')
    }
  },

  'has nothing to do when all that was unread turns out to be revoked': async scene => {
    await scene.tell(revokeOf(other, 'wamid.1'))
    const { conversationId } = await scene.tell(textOf(one, 'a secret', { providerId: 'wamid.1' }))
    const turn = await scene.claim(conversationId)
    const { conversations, due } = await join(scene)
    equal(due, [], 'what the merge says is due')
    equal((await scene.commit(turn, ['too late'])).kind, 'lost', 'a commit')
    const kept = conversations[0]?.conversationId ?? ''
    equal((await scene.tryClaim(kept)).kind, 'idle', 'the conversation')
  },

  'shows one reaction of who reacted in a group under two addresses': async scene => {
    const chat = { kind: 'group', id: 'group-1@g.us' } as const
    const react = (sender: Person, emoji: string, sentAt: number) =>
      scene.tell(reactionOf(sender, 'wamid.1', { chat, sender, emoji, sentAt }))
    const { conversationId } = await scene.tell(
      textOf(ben, 'hello', { providerId: 'wamid.1', chat, sender: ben }),
    )
    const shown = async () =>
      (await scene.messages(conversationId))[0]?.reactions?.map(({ emoji }) => emoji) ?? []
    await react(one, '❤️', 2_000)
    await react(other, '👍', 1_000)
    equal(await shown(), ['👍', '❤️'], 'reactions of two people')
    await join(scene)
    equal(await shown(), ['❤️'], 'reactions of one person')
    await react(other, '🎉', 3_000)
    equal(await shown(), ['🎉'], 'reactions after a newer one')
  },

  'amends a message that comes after the merge by what came before it': async scene => {
    await scene.hear(one, 'hello')
    await scene.tell(editOf(other, 'wamid.late', 'one coffee'))
    await scene.tell(reactionOf(other, 'wamid.late'))
    await join(scene)
    const { conversationId } = await scene.tell(textOf(one, 'one tea', { providerId: 'wamid.late' }))
    const message = (await scene.messages(conversationId)).find(
      ({ providerId }) => providerId === 'wamid.late',
    )
    equal([message?.text, message?.reactions?.length], ['one coffee', 1], 'the message')
  },

  'knows every id after several merges': async scene => {
    const third = { kind: 'lid', value: '5@lid' } as const
    const { older, younger } = await twoConversations(scene)
    const first = (await scene.hear({ identities: [third] }, 'hello')).conversationId
    await scene.ingest({ type: 'identity', channel, account, previous: third, current: [scoped] })
    await scene.ingest({ type: 'identity', channel, account, previous: third, current: [number] })
    for (const id of [older, younger, first]) {
      equal((await scene.store.findConversation({ conversationId: id }))?.id, older, 'the conversation')
    }
    equal((await scene.messages(first)).length, 5, 'its messages')
  },

  'replays a parked turn with its own messages and no others': async scene => {
    const parked = []
    for (const person of [one, other, one, other]) {
      const { conversationId } = await scene.hear(person, `parked ${parked.length}`)
      parked.push(await scene.park(await scene.claim(conversationId)))
    }
    const waiting = await scene.hear(one, 'waits')
    await scene.store.replayTurn(parked[1] ?? '')
    await join(scene)
    await scene.store.replayTurn(parked[2] ?? '')
    for (const index of [1, 2]) {
      const turn = await scene.claim(waiting.conversationId)
      equal([turn.replayOf, texts(turn.burst)], [parked[index], [`parked ${index}`]], 'the replay')
      await scene.answer(turn, `replayed ${index}`)
    }
    const turn = await scene.claim(waiting.conversationId)
    equal([turn.replayOf, texts(turn.burst)], [undefined, ['waits']], 'the burst that waited')
    await scene.answer(turn, 'done')
    const turns = await scene.store.listTurns({ outcome: 'parked' })
    equal(turns.map(({ id }) => id).sort(), [parked[0], parked[3]].sort(), 'turns that are still parked')
    equal(new Set(turns.map(({ conversationId }) => conversationId)).size, 1, 'their conversations')
  },

  'hands over conversations of other accounts and channels': async scene => {
    const elsewhere = { account: 'account-2' }
    await scene.hear(one, 'hello')
    const kept = await scene.tell(textOf(other, 'hello', elsewhere))
    const { userId, conversations } = await join(scene)
    equal(conversations, [], 'conversations that became one')
    const found = await scene.store.findConversation({ channel, ...elsewhere, peer: number })
    equal(
      [found?.id, found?.user?.id],
      [kept.conversationId, userId],
      'the conversation, by the other address',
    )
    equal(texts((await scene.claim(kept.conversationId)).burst), ['hello'], 'its burst')
  },

  'tells which users became one': async scene => {
    const { older, younger } = await twoConversations(scene)
    const since = Date.now()
    const { due: _, handoffChanges: __, ...merge } = await join(scene)
    equal(merge.conversations, [{ conversationId: older, mergedConversationId: younger }], 'conversations')
    equal(await scene.store.listMerges(), [merge], 'all merges')
    equal(await scene.store.listMerges({ userId: merge.mergedUserId }), [merge], 'of who is gone')
    equal(await scene.store.listMerges({ userId: merge.userId }), [merge], 'of who remains')
    equal(await scene.store.listMerges({ userId: '0' }), [], 'of somebody else')
    equal(await scene.store.listMerges({ limit: 0 }), [], 'at most none')
    between(merge.at, since - 60_000, since + 60_000, 'when')
  },

  'keeps the name of the older user, or the only one there is': async scene => {
    await scene.hear(one, 'hello')
    await scene.hear({ ...other, name: 'Ana' }, 'hello')
    await join(scene)
    const found = await scene.store.findConversation({ channel, account, peer: number })
    equal([found?.user?.name, found?.user?.phone], ['Ana', number.value], 'name and phone')
  },

  'merges once when everybody says so at once': async scene => {
    const first = await scene.hear(one, 'first')
    await scene.hear(other, 'second')
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        if (index % 4 === 3) return scene.hear(other, `m${index}`)
        return scene.hear(index % 2 ? both : { identities: [scoped, number] }, `m${index}`)
      }),
    )
    equal((await scene.store.listMerges()).length, 1, 'merges')
    equal(results.flatMap(({ merges = [] }) => merges).length, 1, 'results that tell of it')
    equal((await scene.messages(first.conversationId)).length, 10, 'messages')
  },
}
