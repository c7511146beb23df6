import { equal, kind, ok, only, present } from '../assert.js'
import { ana, echoTo } from './events.js'
import { hourMs, type Scene, type StoreTests, texts } from './scene.js'

/** Hears these texts and parks the turn about them. */
async function parked(scene: Scene, ...said: readonly string[]) {
  for (const text of said) await scene.hear(ana, text)
  const conversationId = await conversationOfAna(scene)
  return { conversationId, turnId: await scene.park(await scene.claim(conversationId)) }
}

async function conversationOfAna(scene: Scene): Promise<string> {
  return only(await scene.store.listConversations(), "conversations: Ana's").id
}

async function outcomes(scene: Scene) {
  const turns = await scene.store.listTurns({})
  return turns.map(turn => [turn.id, turn.outcome])
}

export const parkingTests: StoreTests = {
  'parks a turn with its reason and goes on with what came later': async scene => {
    const { conversationId } = await scene.hear(ana, 'poison')
    const turn = await scene.claim(conversationId)
    await scene.hear(ana, 'later')
    const result = kind(await scene.release(turn, 'park'), 'parked', 'the release')
    equal(result.dueInMs, 0, 'when the later message is due')
    const { startedAt, endedAt, ...record } = only(await scene.store.listTurns({}), 'turns')
    equal(
      record,
      { id: result.turnId, conversationId, outcome: 'parked', attempts: 1, error: 'it went wrong' },
      'the record',
    )
    ok(startedAt === turn.claimedAt && endedAt >= startedAt, 'the record has the times of the turn')
    const next = await scene.claim(conversationId)
    equal([texts(next.burst), next.attempt], [['later'], 1], 'the next burst and its attempt')
    equal(texts(next.history), ['poison'], 'its history')
  },

  'parks a turn that was claimed too often': async scene => {
    const { conversationId } = await scene.hear(ana, 'poison')
    for (const attempt of [1, 2, 3]) {
      const turn = await scene.claim(conversationId, { maxAttempts: 3 })
      equal(turn.attempt, attempt, 'the attempt')
      await scene.release(turn, { retryInMs: 0 })
    }
    await scene.hear(ana, 'more poison')
    const { turnId } = kind(
      await scene.tryClaim(conversationId, { maxAttempts: 3 }),
      'parked',
      'the fourth claim',
    )
    const record = only(await scene.store.listTurns({ outcome: 'parked' }), 'parked turns')
    equal(
      [record.id, record.attempts, record.error],
      [turnId, 3, 'gave up after 3 attempts'],
      'id, attempts and error of the record',
    )
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
    await scene.hear(ana, 'fresh')
    const turn = await scene.claim(conversationId)
    equal([texts(turn.burst), turn.attempt], [['fresh'], 1], 'the next burst and its attempt')
  },

  'does not count attempts that were interrupted': async scene => {
    const { conversationId } = await scene.hear(ana, 'slow')
    for (let stop = 1; stop <= 3; stop++) {
      const turn = await scene.claim(conversationId, { maxAttempts: 1 })
      equal(turn.attempt, 1, 'the attempt')
      kind(await scene.release(turn, { retryInMs: 0, interrupted: true }), 'released', 'the release')
    }
    const turn = await scene.claim(conversationId, { maxAttempts: 1 })
    kind(await scene.commit(turn, ['at last']), 'committed', 'the commit')
  },

  'counts crashed workers as attempts': async scene => {
    const { conversationId } = await scene.hear(ana, 'crash')
    for (let attempt = 1; attempt <= 2; attempt++) {
      await scene.claim(conversationId, { leaseMs: 40, maxAttempts: 2 })
      await scene.advance(70)
    }
    kind(await scene.tryClaim(conversationId, { maxAttempts: 2 }), 'parked', 'the third claim')
  },

  'parks at most one burst at a time': async scene => {
    for (const text of ['1', '2', '3']) await scene.hear(ana, text)
    const conversationId = await conversationOfAna(scene)
    await scene.release(await scene.claim(conversationId, { maxBurst: 2 }), { retryInMs: 0 })
    const options = { maxBurst: 2, maxAttempts: 1 }
    kind(await scene.tryClaim(conversationId, options), 'parked', 'the second claim')
    equal(texts((await scene.claim(conversationId, options)).burst), ['3'], 'what is beyond the parked burst')
  },

  'answers a parked turn again, and only what was parked': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one', 'two')
    await scene.hear(ana, 'three')
    await scene.answer(await scene.claim(conversationId), 'to three')
    kind(await scene.tryClaim(conversationId), 'idle', 'before the replay')

    equal(await scene.store.replayTurn(turnId), { conversationId }, 'the result of the replay')
    const turn = await scene.claim(conversationId)
    equal([turn.replayOf, turn.attempt], [turnId, 1], 'what is replayed, and the attempt')
    equal(texts(turn.burst), ['one', 'two'], 'the burst')
    equal(texts(turn.history), ['three', 'to three'], 'the history: what was said since, too')
    const committed = await scene.answer(turn, 'to one and two')
    equal([committed.turnId, committed.dueInMs], [turnId, null], 'the turn, and when to come again')

    kind(await scene.tryClaim(conversationId), 'idle', 'after the replay')
    equal((await outcomes(scene))[0], [turnId, 'answered'], 'the newest turn')
    equal(await scene.store.listTurns({ outcome: 'parked' }), [], 'parked turns')
    const record = present((await scene.store.listTurns({}))[0], 'the record')
    equal(record.error, undefined, 'its error')
    await scene.hear(ana, 'four')
    equal(texts((await scene.claim(conversationId)).burst), ['four'], 'the next burst')
  },

  'may keep silent in a replay': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.store.replayTurn(turnId)
    equal((await scene.answer(await scene.claim(conversationId))).outcome, 'silent', 'the outcome')
    equal(await outcomes(scene), [[turnId, 'silent']], 'the turns')
  },

  'answers unread messages after the replay': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.hear(ana, 'two')
    await scene.store.replayTurn(turnId)
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['one'], 'the burst of the replay')
    equal((await scene.answer(turn, 'to one')).dueInMs, 0, 'when the unread message is due')
    const next = await scene.claim(conversationId)
    equal([texts(next.burst), next.replayOf], [['two'], undefined], 'the next burst')
  },

  'replays parked turns only, each once': async scene => {
    equal(await scene.store.replayTurn('no-such-turn'), undefined, 'an unknown turn')
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.store.replayTurn(turnId)
    equal(await scene.store.replayTurn(turnId), { conversationId }, 'asked for twice')
    await scene.answer(await scene.claim(conversationId), 'to one')
    kind(await scene.tryClaim(conversationId), 'idle', 'after one answer')
    equal(await scene.store.replayTurn(turnId), undefined, 'an answered turn')
  },

  'replays several turns one after the other, the oldest burst first': async scene => {
    const first = await parked(scene, 'one')
    const second = await parked(scene, 'two', 'three')
    const { conversationId } = first
    await scene.store.replayTurn(second.turnId)
    await scene.store.replayTurn(first.turnId)
    const one = await scene.claim(conversationId)
    equal([one.replayOf, texts(one.burst)], [first.turnId, ['one']], 'the first replay')
    equal((await scene.answer(one, 'to one')).dueInMs, 0, 'when the second one is due')
    const two = await scene.claim(conversationId)
    equal([two.replayOf, texts(two.burst)], [second.turnId, ['two', 'three']], 'the second replay')
    equal((await scene.answer(two, 'to two')).dueInMs, null, 'when nothing is left')
  },

  'waits with a replay until the bot may speak': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.tell(echoTo(ana, 'I take it'))
    await scene.hear(ana, 'to the operator')
    equal(await scene.store.replayTurn(turnId), { conversationId }, 'the result of the replay')
    kind(await scene.tryClaim(conversationId), 'idle', 'while a person is in charge')
    equal(await scene.due(hourMs), [], 'what a sweep names')
    await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    const turn = await scene.claim(conversationId)
    equal([turn.replayOf, texts(turn.burst)], [turnId, ['one']], 'after the handback')
    equal((await scene.answer(turn, 'to one')).dueInMs, null, 'what came while a person was in charge')
  },

  'keeps a replay through a takeover': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.store.replayTurn(turnId)
    const turn = await scene.claim(conversationId)
    await scene.tell(echoTo(ana, 'I take it'))
    kind(await scene.commit(turn, ['to one']), 'lost', 'the commit')
    equal(await outcomes(scene), [[turnId, 'parked']], 'the turns')
    await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    equal((await scene.claim(conversationId)).replayOf, turnId, 'what is claimed after the handback')
  },

  'tries a replay again, and parks it again': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.store.replayTurn(turnId)
    await scene.release(await scene.claim(conversationId), { retryInMs: 0 })
    const second = await scene.claim(conversationId)
    equal([second.replayOf, second.attempt], [turnId, 2], 'the second attempt')
    equal(await scene.park(second), turnId, 'the turn that is parked again')
    kind(await scene.tryClaim(conversationId), 'idle', 'a replay that was parked again')
    equal(await outcomes(scene), [[turnId, 'parked']], 'the turns')

    await scene.store.replayTurn(turnId)
    await scene.release(await scene.claim(conversationId), { retryInMs: 0 })
    const claim = kind(
      await scene.tryClaim(conversationId, { maxAttempts: 1 }),
      'parked',
      'claimed too often',
    )
    equal([claim.turnId, await outcomes(scene)], [turnId, [[turnId, 'parked']]], 'the turn, and all turns')
  },

  'takes a replay that is asked for during a turn after it': async scene => {
    const { conversationId, turnId } = await parked(scene, 'one')
    await scene.hear(ana, 'two')
    const turn = await scene.claim(conversationId)
    await scene.store.replayTurn(turnId)
    kind(await scene.tryClaim(conversationId), 'later', 'while the other turn runs')
    equal((await scene.answer(turn, 'to two')).dueInMs, 0, 'when the replay is due')
    const replay = await scene.claim(conversationId)
    equal([replay.replayOf, texts(replay.burst)], [turnId, ['one']], 'the replay')
    await scene.hear(ana, 'three')
    kind(await scene.commit(replay, ['to one']), 'superseded', 'a replay during which a message came')
    const again = await scene.claim(conversationId)
    equal([again.replayOf, again.voids], [turnId, 1], 'the replay again')
    const committed = await scene.answer(again, 'to one')
    equal(committed.dueInMs, 0, 'when the message that came is due')
    equal(texts((await scene.claim(conversationId)).burst), ['three'], 'the message that came')
  },
}
