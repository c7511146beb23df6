import { equal, kind, only } from '../assert.js'
import { ana, editOf, reactionOf, revokeOf, textOf } from './events.js'
import { hourMs, type StoreTests, texts } from './scene.js'

const slow = { buffer: { quietMs: 1_000_000, maxWaitMs: 8_000_000, maxCount: 50 } } as const

export const amendedBurstTests: StoreTests = {
  'answers a message as it was edited': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    const { dueInMs } = await scene.tell(editOf(ana, 'wamid.1', 'one coffee'))
    equal(dueInMs, 0, 'when the conversation is due')
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['one coffee'], 'the burst')
    equal(turn.burst[0]?.original?.text, 'one tea', 'what it said at first')
    await scene.answer(turn, 'coming')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation afterwards')
  },

  'answers a message whose edit came first': async scene => {
    await scene.tell(editOf(ana, 'wamid.1', 'one coffee'))
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['one coffee'], 'the burst')
    await scene.answer(turn)
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation afterwards')
  },

  'lets an edit void the reply in the making': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    const turn = await scene.claim(conversationId)
    await scene.tell(editOf(ana, 'wamid.1', 'one coffee'))
    const { dueInMs } = kind(await scene.commit(turn, ['tea']), 'superseded', 'the reply to the old words')
    equal(dueInMs, 0, 'when the conversation is due')
    const again = await scene.claim(conversationId)
    equal([texts(again.burst), again.voids], [['one coffee'], 1], 'the burst and its voids')
    await scene.answer(again, 'coffee')
  },

  'starts the quiet window anew with an edit': async scene => {
    await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    const { dueInMs, conversationId } = await scene.tell(editOf(ana, 'wamid.1', 'one coffee'), slow)
    equal(dueInMs, 1_000_000, 'when the conversation is due')
    kind(await scene.tryClaim(conversationId), 'later', 'a claim before')
  },

  'leaves a conversation alone when an answered message is edited or revoked': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    await scene.answer(await scene.claim(conversationId), 'coming')
    const edited = await scene.tell(editOf(ana, 'wamid.1', 'one coffee'))
    equal(edited.dueInMs, null, 'when it is due after an edit')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation after an edit')
    await scene.tell(textOf(ana, 'and a cake', { providerId: 'wamid.2' }))
    const turn = await scene.claim(conversationId)
    equal(texts(turn.history), ['one coffee', 'coming'], 'the history')
    await scene.tell(revokeOf(ana, 'wamid.1'))
    await scene.tell(reactionOf(ana, 'wamid.2'))
    await scene.answer(turn, 'certainly')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
  },

  'does not answer what was revoked': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    await scene.hear(ana, 'and a cake')
    const turn = await scene.claim(conversationId)
    const { dueInMs } = await scene.tell(revokeOf(ana, 'wamid.1'))
    equal(dueInMs, 0, 'when the conversation is due')
    kind(await scene.commit(turn, ['tea and cake']), 'superseded', 'the reply to both')
    const again = await scene.claim(conversationId)
    equal([texts(again.burst), texts(again.history)], [['and a cake'], [undefined]], 'burst and history')
    await scene.answer(again, 'cake')
  },

  'has nothing to answer when everything was revoked': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    await scene.tell(textOf(ana, 'please', { providerId: 'wamid.2' }))
    const turn = await scene.claim(conversationId)
    await scene.tell(revokeOf(ana, 'wamid.1'))
    equal((await scene.tell(revokeOf(ana, 'wamid.2'))).dueInMs, null, 'when the conversation is due')
    kind(await scene.commit(turn, ['tea']), 'lost', 'the reply')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
    equal(await scene.due(hourMs), [], 'what a sweep names')
    await scene.hear(ana, 'hello')
    const next = await scene.claim(conversationId)
    equal([texts(next.burst), next.history.length], [['hello'], 2], 'the next burst and its history')
  },

  'has nothing to answer when the revocation came first': async scene => {
    await scene.tell(revokeOf(ana, 'wamid.1'))
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
    equal(await scene.due(hourMs), [], 'what a sweep names')
  },

  'wakes nobody while a person is in charge': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'one tea', { providerId: 'wamid.1' }))
    await scene.store.setHandoff({ conversationId }, { state: 'human', handoffIdleMs: null })
    await scene.tell(textOf(ana, 'please', { providerId: 'wamid.2' }))
    for (const target of ['wamid.1', 'wamid.2']) {
      const { dueInMs } = await scene.tell(editOf(ana, target, 'one coffee'))
      equal(dueInMs, null, 'when the conversation is due after an edit')
    }
    equal((await scene.tell(revokeOf(ana, 'wamid.2'))).dueInMs, null, 'when it is due after a revocation')
    equal(await scene.due(hourMs), [], 'what a sweep names')
    await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    const { dueInMs } = await scene.tell(editOf(ana, 'wamid.1', 'one cocoa'))
    equal(dueInMs, null, 'when it is due after a later edit')
    await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['hello'], 'the burst')
    equal(texts(turn.history), ['one cocoa', undefined], 'the history')
  },

  'lets a revocation void the replay of a parked turn': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'poison', { providerId: 'wamid.1' }))
    await scene.hear(ana, 'and honey')
    await scene.store.replayTurn(await scene.park(await scene.claim(conversationId)))
    const turn = await scene.claim(conversationId)
    await scene.tell(revokeOf(ana, 'wamid.1'))
    kind(await scene.commit(turn, ['poison and honey']), 'superseded', 'the reply to both')
    const again = await scene.claim(conversationId)
    equal(texts(again.burst), ['and honey'], 'the burst of the replay')
    await scene.answer(again, 'honey')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
  },

  'ends a replay in silence when its messages were revoked': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'poison', { providerId: 'wamid.1' }))
    const turnId = await scene.park(await scene.claim(conversationId))
    await scene.tell(revokeOf(ana, 'wamid.1'))
    await scene.store.replayTurn(turnId)
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
    const { id, outcome, error } = only(await scene.store.listTurns({}), 'turns')
    equal([id, outcome, error], [turnId, 'silent', undefined], 'the record')
    equal(await scene.due(hourMs), [], 'what a sweep names')
  },
}
