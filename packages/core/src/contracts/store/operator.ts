import type { ConversationTarget, OperatorMessage } from '../../ports/index.js'
import { equal, kind, only, present } from '../assert.js'
import { account, ana, channel, echoTo, phone, uniqueId } from './events.js'
import { hourMs, operatorMessage, type Scene, type StoreTests, texts, wordsOf } from './scene.js'

async function say(scene: Scene, target: ConversationTarget, message: string | OperatorMessage) {
  const request = typeof message === 'string' ? operatorMessage(message) : message
  return present(await scene.store.addOperatorMessage(target, request), 'the result')
}

export const operatorTests: StoreTests = {
  'sends what an operator says, and gives them the conversation': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const heardAt = (await scene.messages(conversationId))[0]?.receivedAt
    const turn = await scene.claim(conversationId)
    const request = operatorMessage('I am Olga', { quotedId: 'wamid.x', by: 'Olga' })
    const { conversation, message, send, handoffChange } = await say(scene, { conversationId }, request)
    equal([conversation.id, conversation.handoff], [conversationId, 'human'], 'the conversation')
    equal(
      handoffChange,
      { conversation, previous: 'bot', state: 'human', reason: 'operator', by: 'Olga' },
      'the change',
    )
    equal(
      send,
      {
        conversationId,
        messageId: message.id,
        author: 'operator',
        attempt: 1,
        customerAt: heardAt,
        message: {
          id: request.id,
          channel,
          account,
          to: ana.identities[0],
          content: { type: 'text', text: 'I am Olga' },
          quotedId: 'wamid.x',
        },
      },
      'what is sent',
    )
    equal(message, (await scene.messages(conversationId)).at(-1), 'the message')
    equal(
      [message.direction, message.author, message.status, message.quotedId],
      ['outbound', 'operator', 'sending', 'wamid.x'],
      'direction, author, status and quote',
    )
    kind(await scene.commit(turn, ['I am a bot']), 'lost', 'the reply that was in the making')
  },

  'sends a message once, however often it is asked to': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const request = operatorMessage('once')
    const first = await say(scene, { conversationId }, request)
    await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    const second = await say(scene, { conversationId }, request)
    equal([second.send, second.handoffChange], [undefined, undefined], 'what is sent the second time')
    equal(second.message.id, first.message.id, 'the message')
    equal(second.conversation.handoff, 'bot', 'who speaks')
    equal(texts(await scene.messages(conversationId)), ['hello', 'once'], 'the messages')
  },

  'sends a message once when its requests race': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const request = operatorMessage('once')
    const results = await Promise.all(
      Array.from({ length: 6 }, () => say(scene, { conversationId }, request)),
    )
    only(
      results.filter(result => result.send),
      'results that send',
    )
    equal(texts(await scene.messages(conversationId)), ['hello', 'once'], 'the messages')
  },

  'follows a message that is still on its way': async scene => {
    const item = await scene.converse(ana, 'one', 'never sent')
    const { send, message } = await say(scene, item, 'after it')
    equal([send, message.status], [undefined, 'pending'], 'send and status')
    const { next } = await scene.record(item, { kind: 'sent', providerId: uniqueId('wamid') })
    equal([wordsOf(next), next?.author], ['after it', 'operator'], 'what follows')
  },

  'follows a message that may not be sent again': async scene => {
    const item = await scene.converse(ana, 'one')
    await say(scene, item, 'instead of it')
    const { status, next } = await scene.record(item, { kind: 'retry', afterMs: 0, error: 'x' })
    equal([status, wordsOf(next)], ['cancelled', 'instead of it'], "the bot's message, and what follows")
  },

  'follows a message that waits to be sent again, and leaves it to whoever sends it': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const first = present((await say(scene, { conversationId }, 'one')).send, 'what is sent')
    await scene.record(first, { kind: 'retry', afterMs: 0, error: 'x' })
    await scene.advance(10)
    const { send, message } = await say(scene, { conversationId }, 'two')
    equal([send, message.status], [undefined, 'pending'], 'send and status')
    equal((await scene.message(first)).status, 'pending', 'the message before it')
    const again = only(await scene.claimSends(), 'what may be sent')
    equal([again.messageId, again.attempt], [first.messageId, 2], 'what is sent first')
  },

  'goes out when a send before it never ended': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    kind(await scene.commit(turn, ['stuck'], { sendLeaseMs: 30 }), 'committed', 'the commit')
    await say(scene, { conversationId }, 'after it')
    await scene.advance(60)
    equal(await scene.claimSends(), [], 'what may be sent before the sweep')
    await scene.store.sweep({ limit: 10, horizonMs: 0 })
    const item = only(await scene.claimSends(), 'what may be sent after the sweep')
    equal(wordsOf(item), 'after it', 'the message')
  },

  'keeps the order of several messages': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    let { send } = await say(scene, { conversationId }, '1')
    for (const text of ['2', '3']) equal((await say(scene, { conversationId }, text)).send, undefined, text)
    const order = []
    while (send) {
      order.push(wordsOf(send))
      const { next } = await scene.record(send, { kind: 'sent', providerId: uniqueId('wamid') })
      send = next
    }
    equal(order, ['1', '2', '3'], 'the order')
  },

  'keeps its place when the bot speaks again': async scene => {
    const item = await scene.converse(ana, 'one')
    const { conversationId } = item
    await say(scene, item, 'two')
    await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    await scene.hear(ana, 'and?')
    equal(
      (await scene.answer(await scene.claim(conversationId), 'three')).send,
      undefined,
      "the bot's next reply",
    )
    const sent = { kind: 'sent' } as const
    const two = present((await scene.record(item, sent)).next, 'what follows the first')
    equal(wordsOf(two), 'two', 'what follows the first')
    equal(wordsOf((await scene.record(two, sent)).next), 'three', 'what follows the second')
  },

  'is sent again after a refusal and after an unknown outcome, as a person said it': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const first = present((await say(scene, { conversationId }, 'one')).send, 'what is sent')
    const { next } = await scene.record(first, { kind: 'retry', afterMs: 0, error: 'x' })
    equal(next, undefined, 'what follows a message that is tried again at once')
    await scene.advance(10)
    const second = only(await scene.claimSends(), 'what is sent again')
    await scene.record(second, { kind: 'unknown', error: 'timeout' })
    await scene.advance(10)
    const third = only(await scene.claimSends({ unknownPolicy: 'resend', reconcileMs: 0 }), 'what is resent')
    equal([second.attempt, third.attempt], [2, 3], 'the attempts')
  },

  'reaches somebody who never wrote': async scene => {
    const target = { channel, account, peer: phone('+34677777777') }
    const { conversation, send } = await say(scene, target, 'good morning')
    equal([conversation.handoff, conversation.kind], ['human', 'direct'], 'the conversation')
    equal(send?.message.to, target.peer, 'the recipient')
    const stored = await scene.hear({ identities: [target.peer] }, 'good morning')
    equal([stored.conversationId, stored.dueInMs], [conversation.id, null], 'the answer')
    const nobody = { conversationId: 'no-such-conversation' }
    equal(await scene.store.addOperatorMessage(nobody, operatorMessage('x')), undefined, 'by unknown id')
  },

  'starts the idle time anew': async scene => {
    const { conversationId } = await scene.tell(echoTo(ana, 'one'), { handoffIdleMs: 30 })
    equal((await say(scene, { conversationId }, 'two')).handoffChange, undefined, 'the change')
    await scene.advance(60)
    equal((await scene.store.sweep({ limit: 10, horizonMs: 0 })).handedBack, [], 'what went back')
    await say(scene, { conversationId }, operatorMessage('three', { handoffIdleMs: 30 }))
    await scene.advance(60)
    only((await scene.store.sweep({ limit: 10, horizonMs: hourMs })).handedBack, 'what went back')
  },
}
