import { SwitchboardError } from '../../errors.js'
import { between, equal, kind, ok, only, present, rejection } from '../assert.js'
import { ana, ben, echoTo, eva, reactionOf, textOf, uniqueId } from './events.js'
import { claimOptions, draft, type StoreTests, texts } from './scene.js'

export const turnTests: StoreTests = {
  'gives a burst with what was said before it': async scene => {
    await scene.converse(ana, 'how are you?')
    await scene.hear(ana, 'fine')
    const { conversationId } = await scene.hear(ana, 'and you?')
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['fine', 'and you?'], 'the burst')
    equal(texts(turn.history), ['hello', 'how are you?'], 'the history')
    equal(
      turn.history.map(message => message.author),
      ['customer', 'bot'],
      'the authors of the history',
    )
    equal([turn.attempt, turn.voids, turn.replayOf], [1, 0, undefined], 'attempt, voids, replay')
    equal(turn.readTo, turn.burst.at(-1)?.position, 'the position to which the burst goes')
    equal(turn.conversation.id, conversationId, 'the conversation')
  },

  'gives a burst in the order in which it was written': async scene => {
    const at = 1_700_000_000_000
    await scene.tell(textOf(ana, 'third', { sentAt: at + 2000 }))
    await scene.tell(textOf(ana, 'first', { sentAt: at }))
    await scene.tell(textOf(ana, 'second', { sentAt: at + 1000 }))
    const { conversationId } = await scene.tell(textOf(ana, 'second again', { sentAt: at + 1000 }))
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['first', 'second', 'second again', 'third'], 'the burst')
    equal(turn.readTo, Math.max(...turn.burst.map(message => message.position)), 'its greatest position')
  },

  'leaves what is no part of the talk out of the history': async scene => {
    const item = await scene.converse(ana, 'refused', 'never sent')
    await scene.record(item, { kind: 'failed', error: '131026: undeliverable' })
    await scene.tell(reactionOf(ana, 'wamid.x'))
    await scene.tell(textOf(ana, 'old', { history: true, sentAt: 1_000_000 }))
    const { conversationId } = await scene.tell(echoTo(ana, 'a person'))
    await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    await scene.hear(ana, 'one')
    await scene.tell(reactionOf(ana, 'wamid.y'))
    await scene.hear(ana, 'two')
    const turn = await scene.claim(conversationId, { history: 10 })
    equal(texts(turn.burst), ['one', 'two'], 'the burst')
    equal(texts(turn.history), ['old', 'hello', 'a person'], 'the history')
    await scene.release(turn, { retryInMs: 0 })
    equal(
      texts((await scene.claim(conversationId, { history: 2 })).history),
      ['hello', 'a person'],
      'the last two',
    )
  },

  'has a reply that overtook newer messages in the history of those': async scene => {
    const { conversationId } = await scene.hear(ana, 'one')
    const first = await scene.claim(conversationId)
    await scene.hear(ana, 'two')
    await scene.commit(first, ['to one'], { acceptNewer: true })
    await scene.hear(ana, 'three')
    const turn = await scene.claim(conversationId, { maxBurst: 1 })
    equal(texts(turn.burst), ['two'], 'the burst')
    equal(texts(turn.history), ['one', 'to one'], 'the history')
  },

  'has nothing to claim where nothing is to be done': async scene => {
    kind(await scene.tryClaim('no-such-conversation'), 'idle', 'an unknown conversation')
    const { conversationId } = await scene.tell(reactionOf(ana, 'wamid.x'))
    kind(await scene.tryClaim(conversationId), 'idle', 'a conversation with a reaction only')
    await scene.hear(ana, 'hello')
    await scene.answer(await scene.claim(conversationId))
    kind(await scene.tryClaim(conversationId), 'idle', 'an answered conversation')
  },

  'gives each of several conversations its result, in order': async scene => {
    const { conversationId: anas } = await scene.hear(ana, 'a')
    const { conversationId: bens } = await scene.hear(ben, 'b')
    const results = await scene.store.claimTurns([bens, 'unknown', anas, bens], claimOptions)
    equal(
      results.map(result => [result.kind, result.conversationId]),
      [
        ['claimed', bens],
        ['idle', 'unknown'],
        ['claimed', anas],
        ['later', bens],
      ],
      'the results',
    )
  },

  'lets one worker at a time claim a conversation': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const results = await Promise.all(Array.from({ length: 8 }, () => scene.tryClaim(conversationId)))
    only(
      results.filter(result => result.kind === 'claimed'),
      'workers with the conversation',
    )
    for (const result of results) {
      if (result.kind !== 'claimed') {
        between(kind(result, 'later', 'every other worker').dueInMs, 1, 60_000, 'when to come again')
      }
    }
  },

  'gives a conversation to another worker when the lease has run out': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const first = await scene.claim(conversationId, { leaseMs: 50 })
    await scene.advance(80)
    const second = await scene.claim(conversationId)
    equal(second.attempt, 2, 'the attempt of the second worker')
    ok(second.fence > first.fence, 'the fence has grown')
    kind(await scene.commit(first, ['too late']), 'lost', 'the commit of the first worker')
    kind(await scene.release(first, { retryInMs: 0 }), 'lost', 'the release of the first worker')
    await scene.answer(second, 'in time')
    equal(texts(await scene.messages(conversationId)), ['hello', 'in time'], 'the messages')
  },

  'takes no commit after the lease ran out, though nobody else came': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId, { leaseMs: 50 })
    await scene.advance(80)
    kind(await scene.commit(turn, ['too late']), 'lost', 'the commit')
    equal(texts(await scene.messages(conversationId)), ['hello'], 'the messages')
    equal(texts((await scene.claim(conversationId)).burst), ['hello'], 'the burst, still to be answered')
  },

  'gives a commit that is repeated the result that got lost': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    const replies = [draft('hi'), draft('what can I do?')]
    const first = kind(await scene.commit(turn, replies), 'committed', 'the first time')
    await scene.hear(ana, 'are you there?')
    const second = kind(await scene.commit(turn, replies), 'committed', 'the second time')
    const firstSend = present(first.send, 'the first reply')
    // The customer has written since.
    const send = { ...firstSend, customerAt: second.send?.customerAt }
    equal(second, { ...first, send, dueInMs: 0 }, 'the result, with what is due by now')
    const expected = ['hello', 'hi', 'what can I do?', 'are you there?']
    equal(texts(await scene.messages(conversationId)), expected, 'the messages')

    await scene.claim(conversationId)
    await scene.record(present(first.send, 'the first reply'), { kind: 'sent' })
    const third = kind(await scene.commit(turn, replies), 'committed', 'when the reply was sent')
    equal([third.turnId, third.send], [first.turnId, undefined], 'the turn, and what is sent')
    equal((await scene.store.listTurns({})).length, 1, 'turns')
  },

  'takes a silent commit once': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    await scene.answer(turn)
    kind(await scene.commit(turn, []), 'lost', 'the second time')
    equal((await scene.store.listTurns({})).length, 1, 'turns')
  },

  'prolongs leases that hold': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId, { leaseMs: 2000 })
    const renewed = only(await scene.store.renewLeases([turn], 60_000), 'leases that still hold')
    equal([renewed.conversationId, renewed.fence], [conversationId, turn.fence], 'the lease')
    await scene.advance(2100)
    kind(await scene.commit(turn, ['hi']), 'committed', 'a commit after the first length of the lease')
  },

  'does not prolong leases that are lost': async scene => {
    const { conversationId: anas } = await scene.hear(ana, 'hello')
    const { conversationId: bens } = await scene.hear(ben, 'hello')
    const { conversationId: evas } = await scene.hear(eva, 'hello')
    const expired = await scene.claim(anas, { leaseMs: 50 })
    const takenOver = await scene.claim(bens)
    const held = await scene.claim(evas)
    await scene.advance(80)
    await scene.tell(echoTo(ben, 'I take it'))
    const unknown = { conversationId: 'unknown', fence: 1 }
    const renewed = await scene.store.renewLeases([expired, takenOver, unknown, held], 60_000)
    equal(only(renewed, 'leases that are still held').conversationId, evas, 'what is still held')
    equal((await scene.claim(anas)).attempt, 2, 'another worker after the lease ran out')
  },

  'comes back to a released turn, and counts': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    equal(
      await scene.release(await scene.claim(conversationId), { retryInMs: 40_000 }),
      { kind: 'released' },
      'first',
    )
    between(kind(await scene.tryClaim(conversationId), 'later', 'too soon').dueInMs, 1, 40_000, 'when')
    await scene.hear(ana, 'hello?')
    const second = await scene.claim(conversationId)
    equal([second.attempt, texts(second.burst)], [2, ['hello', 'hello?']], 'the second attempt')
    await scene.release(second, { retryInMs: 50 })
    await scene.advance(80)
    equal((await scene.claim(conversationId)).attempt, 3, 'the third attempt')
  },

  'divides a long burst and goes on at once': async scene => {
    for (const text of ['1', '2', '3', '4', '5']) await scene.hear(ana, text)
    const { conversationId } = await scene.hear(ana, '6')
    const first = await scene.claim(conversationId, { maxBurst: 4 })
    equal(texts(first.burst), ['1', '2', '3', '4'], 'the oldest four')
    equal(texts(first.history), [], 'the history does not look ahead')
    const committed = await scene.answer(first, 'one to four')
    equal(committed.dueInMs, 0, 'when the rest is due')
    const second = await scene.claim(conversationId, { maxBurst: 4 })
    equal(texts(second.burst), ['5', '6'], 'the rest')
    equal((await scene.answer(second)).dueInMs, null, 'when nothing is left')
  },

  'remembers how a turn went': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    await scene.release(await scene.claim(conversationId), { retryInMs: 0 })
    const turn = await scene.claim(conversationId)
    const usage = { inputTokens: 12, outputTokens: 3 }
    const committed = kind(
      await scene.commit(turn, ['hi'], { model: 'model-1', usage }),
      'committed',
      'the commit',
    )
    equal(committed.outcome, 'answered', 'the outcome of a turn with a reply')
    const record = only(await scene.store.listTurns({}), 'turns')
    const { startedAt, endedAt, ...rest } = record
    equal(
      rest,
      { id: committed.turnId, conversationId, outcome: 'answered', attempts: 2, model: 'model-1', usage },
      'the record',
    )
    equal(startedAt, turn.claimedAt, 'when it started')
    ok(endedAt >= startedAt, 'it ended after it started')
    await scene.hear(ana, 'bye')
    const silent = await scene.answer(await scene.claim(conversationId))
    equal([silent.outcome, silent.send], ['silent', undefined], 'a turn without a reply')
    equal(
      (await scene.store.listTurns({})).map(({ outcome }) => outcome),
      ['silent', 'answered'],
      'newest first',
    )
  },

  'refuses an outbound id that another message has, and commits nothing of the call': async scene => {
    const id = uniqueId('outbound')
    const { conversationId } = await scene.hear(ana, 'one')
    const reply = { id, content: { type: 'text', text: 'x' } } as const
    await scene.answer(await scene.claim(conversationId), reply)
    const { conversationId: bens } = await scene.hear(ben, 'hello')
    const turn = await scene.claim(bens)
    for (const replies of [[reply], [draft('fine'), reply]]) {
      const error = await rejection(scene.commit(turn, replies), 'a commit with a taken id')
      ok(SwitchboardError.is(error) && error.code === 'store_data', `it blames the data: ${String(error)}`)
    }
    equal(texts(await scene.messages(bens)), ['hello'], 'the messages')
    await scene.answer(turn, 'with a new id')
  },
}
