import { between, equal, kind, ok, only, present } from '../assert.js'
import { account, ana, ben, channel, echoTo, phone, textOf, uniqueId } from './events.js'
import { draft, hourMs, type Scene, type StoreTests, texts } from './scene.js'

async function set(
  scene: Scene,
  conversationId: string,
  state: 'bot' | 'requested' | 'human',
  idleMs = hourMs,
) {
  const result = await scene.store.setHandoff(
    { conversationId },
    { state, by: 'Olga', handoffIdleMs: idleMs },
  )
  return present(result, 'the conversation')
}

async function statuses(scene: Scene, conversationId: string) {
  return (await scene.messages(conversationId)).map(message => message.status)
}

export const handoffTests: StoreTests = {
  'keeps the bot from answering once a person has taken over': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    const { conversation, change } = await set(scene, conversationId, 'human')
    equal(conversation.handoff, 'human', 'who speaks')
    equal(change, { conversation, previous: 'bot', state: 'human', reason: 'api', by: 'Olga' }, 'the change')
    kind(await scene.commit(turn, ['reply']), 'lost', 'the reply that was in the making')
    kind(await scene.release(turn, { retryInMs: 0 }), 'lost', 'its release')
    kind(await scene.tryClaim(conversationId), 'idle', 'a claim')
    equal(await scene.due(hourMs), [], 'what is due')
    equal(texts(await scene.messages(conversationId)), ['hello'], 'the messages')
  },

  'keeps the bot silent while a person is asked for': async scene => {
    const { conversationId } = await scene.hear(ana, 'a person please')
    const turn = await scene.claim(conversationId)
    equal((await set(scene, conversationId, 'requested')).change?.state, 'requested', 'the change')
    kind(await scene.commit(turn, ['reply']), 'lost', 'the reply that was in the making')
    equal((await scene.hear(ana, 'hello?')).dueInMs, null, 'when a further message is due')
    kind(await scene.tryClaim(conversationId), 'idle', 'a claim')
    const { change } = await set(scene, conversationId, 'human')
    equal([change?.previous, change?.state], ['requested', 'human'], 'the change when somebody comes')
    equal(
      (await set(scene, conversationId, 'requested')).change,
      undefined,
      'the request while somebody is there',
    )
  },

  'cancels what the bot had not yet sent': async scene => {
    for (const state of ['human', 'requested'] as const) {
      const person = { identities: [phone(uniqueId('+34'))] }
      const { conversationId } = await scene.converse(person, 'on its way', 'pending', 'pending too')
      await set(scene, conversationId, state)
      const expected = [undefined, 'sending', 'cancelled', 'cancelled']
      equal(await statuses(scene, conversationId), expected, `the statuses after ${state}`)
    }
    equal(await scene.claimSends(), [], 'what may be sent')
  },

  'gives nothing of the bot to a commit or a record that is repeated after a takeover': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    const replies = [draft('one'), draft('two')]
    kind(await scene.commit(turn, replies), 'committed', 'the commit whose answer got lost')
    await set(scene, conversationId, 'human')
    const again = kind(await scene.commit(turn, replies), 'committed', 'the commit, the second time')
    equal(again.send, undefined, 'what is sent after it')

    const one = await scene.converse(ben, 'one', 'two')
    const sent = { kind: 'sent' } as const
    present((await scene.record(one, sent)).next, 'what follows, whose giving got lost')
    await set(scene, one.conversationId, 'human')
    equal((await scene.record(one, sent)).next, undefined, 'what follows, the second time')
  },

  'lets a message that is on its way end, but not begin again': async scene => {
    const sent = await scene.converse(ana, 'one')
    const refused = await scene.converse(ben, 'one')
    for (const item of [sent, refused]) await set(scene, item.conversationId, 'human')
    equal(
      (await scene.record(sent, { kind: 'sent', providerId: uniqueId('wamid') })).status,
      'sent',
      'accepted',
    )
    const retry = { kind: 'retry', afterMs: 0, error: '130429: too fast' } as const
    equal((await scene.record(refused, retry)).status, 'cancelled', 'refused for now')
    await scene.advance(10)
    equal(await scene.claimSends(), [], 'what may be sent')
  },

  'does not resend what the bot may no longer say': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, { kind: 'unknown', error: 'timeout' })
    await set(scene, item.conversationId, 'human')
    equal((await scene.message(item)).status, 'unknown', 'the status after the takeover')
    await scene.advance(10)
    equal(await scene.claimSends({ unknownPolicy: 'resend', reconcileMs: 0 }), [], 'what is sent again')
    equal((await scene.message(item)).status, 'cancelled', 'the status')
  },

  'never answers what came while a person was in charge': async scene => {
    const { conversationId } = await scene.hear(ana, 'before')
    await set(scene, conversationId, 'human')
    equal((await scene.hear(ana, 'meanwhile')).dueInMs, null, 'when a message to a person is due')
    const { conversation, change } = await set(scene, conversationId, 'bot')
    equal([conversation.handoff, change?.previous, change?.state], ['bot', 'human', 'bot'], 'the handback')
    kind(await scene.tryClaim(conversationId), 'idle', 'a claim after the handback')
    await scene.hear(ana, 'after')
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['after'], 'the burst')
    equal(texts(turn.history), ['before', 'meanwhile'], 'the history')
  },

  'changes nothing when the state is so already': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    equal((await set(scene, conversationId, 'bot')).change, undefined, 'a handback to the bot that speaks')
    kind(await scene.commit(turn, ['hi']), 'committed', 'the turn')
    await set(scene, conversationId, 'human')
    equal((await set(scene, conversationId, 'human')).change, undefined, 'a second takeover')
    await set(scene, conversationId, 'bot')
    await scene.hear(ana, 'unread')
    await set(scene, conversationId, 'bot')
    equal(texts((await scene.claim(conversationId)).burst), ['unread'], 'the burst after a second handback')
  },

  'takes an echo from the phone for a takeover': async scene => {
    const { conversationId } = await scene.converse(ana, 'one', 'two')
    await scene.hear(ana, 'and?')
    const turn = await scene.claim(conversationId)
    const stored = await scene.tell(echoTo(ana, 'I take it'))
    equal([stored.conversationId, stored.dueInMs], [conversationId, null], 'the echo')
    const { conversation, ...change } = present(stored.handoffChange, 'the change')
    equal(change, { previous: 'bot', state: 'human', reason: 'echo' }, 'the change')
    equal(conversation.handoff, 'human', 'who speaks')
    kind(await scene.commit(turn, ['reply']), 'lost', 'the reply that was in the making')
    const message = (await scene.messages(conversationId)).at(-1)
    equal(
      [message?.author, message?.direction, message?.status],
      ['operator', 'outbound', 'sent'],
      'the message',
    )
    equal(
      await statuses(scene, conversationId),
      [undefined, 'sending', 'cancelled', undefined, 'sent'],
      'the statuses',
    )
    equal((await scene.tell(echoTo(ana, 'still me'))).handoffChange, undefined, 'a second echo')
  },

  'takes an echo to somebody new for a takeover': async scene => {
    const { conversationId, handoffChange } = await scene.tell(echoTo(ana, 'good morning'))
    equal(handoffChange?.state, 'human', 'who speaks')
    const answer = await scene.hear(ana, 'good morning')
    equal([answer.conversationId, answer.dueInMs], [conversationId, null], 'the answer to it')
  },

  'takes nothing but messages for a takeover': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const { type: _, content: __, ...base } = echoTo(ana, '')
    await scene.tell({ ...base, type: 'reaction', targetId: 'wamid.x', emoji: '👍' })
    await scene.tell({ ...base, providerId: uniqueId('provider'), type: 'revoke', targetId: 'wamid.x' })
    await scene.tell(echoTo(ana, 'old', { history: true, sentAt: 1_000_000 }))
    equal((await scene.claim(conversationId)).conversation.handoff, 'bot', 'who speaks')
  },

  'goes back to the bot when the operator has been silent for long enough': async scene => {
    const { conversationId } = await scene.hear(ana, 'before')
    await set(scene, conversationId, 'human')
    await scene.hear(ana, 'meanwhile')
    await set(scene, conversationId, 'human', 50)
    await scene.advance(80)
    const { handedBack } = await scene.store.sweep({ limit: 10, horizonMs: 0 })
    const { conversation, ...change } = only(handedBack, 'conversations that went back')
    equal([conversation.id, conversation.handoff], [conversationId, 'bot'], 'the conversation')
    equal(change, { previous: 'human', state: 'bot', reason: 'idle' }, 'the change')
    kind(await scene.tryClaim(conversationId), 'idle', 'what came meanwhile')
    equal((await scene.store.sweep({ limit: 10, horizonMs: 0 })).handedBack, [], 'the next sweep')
  },

  'goes back to the bot with a message that comes after the idle time': async scene => {
    const { conversationId } = await scene.tell(echoTo(ana, 'I take it'))
    await scene.hear(ana, 'meanwhile')
    await scene.tell(echoTo(ana, 'done'), { handoffIdleMs: 50 })
    await scene.advance(80)
    const stored = await scene.hear(ana, 'after')
    equal([stored.dueInMs, stored.handoffChange?.reason], [0, 'idle'], 'when it is due, and why')
    equal(stored.handoffChange?.conversation.handoff, 'bot', 'who speaks')
    equal(texts((await scene.claim(conversationId)).burst), ['after'], 'the burst')
  },

  'starts the idle time anew with each word of the operator': async scene => {
    const { conversationId } = await scene.tell(echoTo(ana, 'one'), { handoffIdleMs: 50 })
    equal(
      (await scene.tell(echoTo(ana, 'two'), { handoffIdleMs: hourMs })).handoffChange,
      undefined,
      'the change',
    )
    await scene.advance(80)
    equal((await scene.store.sweep({ limit: 10, horizonMs: 0 })).handedBack, [], 'what went back')
    equal((await scene.hear(ana, 'to the operator')).dueInMs, null, 'when a message to the operator is due')
    await set(scene, conversationId, 'human', 50)
    await scene.advance(80)
    only(
      (await scene.store.sweep({ limit: 10, horizonMs: 0 })).handedBack,
      'what went back after a second takeover',
    )
  },

  'never goes back by itself without an idle time': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    await scene.store.setHandoff({ conversationId }, { state: 'human', handoffIdleMs: null })
    await scene.tell(echoTo(ben, 'hello'), { handoffIdleMs: null })
    await scene.advance(80)
    equal((await scene.store.sweep({ limit: 10, horizonMs: 0 })).handedBack, [], 'what went back')
    equal((await scene.hear(ana, 'hello?')).handoffChange, undefined, 'a change by a message')
  },

  'lets a request wait for as long as it takes': async scene => {
    const { conversationId } = await scene.hear(ana, 'a person please')
    await set(scene, conversationId, 'requested', 20)
    await scene.advance(50)
    equal((await scene.store.sweep({ limit: 10, horizonMs: 0 })).handedBack, [], 'what went back')
    equal((await scene.hear(ana, 'hello?')).dueInMs, null, 'when a further message is due')
  },

  'takes over somebody who never wrote': async scene => {
    const [peer] = ana.identities
    const target = { channel, account, peer: peer ?? phone('+1') }
    const taken = present(
      await scene.store.setHandoff(target, { state: 'human', handoffIdleMs: hourMs }),
      'the conversation',
    )
    equal([taken.conversation.handoff, taken.conversation.peer], ['human', peer], 'the conversation')
    const stored = await scene.hear(ana, 'hello')
    equal([stored.conversationId, stored.dueInMs], [taken.conversation.id, null], 'their first message')
    const again = await scene.store.setHandoff(target, { state: 'bot', handoffIdleMs: null })
    equal(
      [again?.conversation.id, again?.change?.state],
      [taken.conversation.id, 'bot'],
      'the same by address',
    )
    const nobody = { conversationId: 'no-such-conversation' }
    equal(
      await scene.store.setHandoff(nobody, { state: 'human', handoffIdleMs: null }),
      undefined,
      'by unknown id',
    )
  },

  'forgets attempts and voids with each change': async scene => {
    const { conversationId } = await scene.hear(ana, 'one')
    const first = await scene.claim(conversationId)
    await scene.hear(ana, 'two')
    kind(await scene.commit(first, ['x']), 'superseded', 'a voided reply')
    await scene.release(await scene.claim(conversationId), { retryInMs: 0 })
    await set(scene, conversationId, 'human')
    await set(scene, conversationId, 'bot')
    await scene.hear(ana, 'three')
    const turn = await scene.claim(conversationId)
    equal([turn.attempt, turn.voids], [1, 0], 'attempt and voids')
  },

  'decides every race between a takeover and a reply': async scene => {
    for (let round = 0; round < 12; round++) {
      const person = { identities: [phone(uniqueId('+34'))] }
      const { conversationId } = await scene.tell(textOf(person, 'hello'))
      const turn = await scene.claim(conversationId)
      const takeOver = () => set(scene, conversationId, 'human')
      const commit = () => scene.commit(turn, ['one', 'two'])
      const [first, second] = round % 2 ? [takeOver, commit] : [commit, takeOver]
      const results = await Promise.all([first(), second()])
      const result = results.find(value => 'kind' in value)
      const replies = (await statuses(scene, conversationId)).slice(1)
      if (result?.kind === 'committed')
        equal(replies, ['sending', 'cancelled'], 'replies before the takeover')
      else equal([result?.kind, replies], ['lost', []], 'replies after the takeover')
      ok(
        (await scene.store.findConversation({ conversationId }))?.handoff === 'human',
        'a person is in charge',
      )
    }
    between((await scene.store.listConversations()).length, 12, 12, 'conversations')
  },
}
