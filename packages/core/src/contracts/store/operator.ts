import { SwitchboardError } from '../../errors.js'
import type { ConversationTarget, OperatorMessage } from '../../ports/index.js'
import { equal, kind, ok, only, present, rejection } from '../assert.js'
import { account, ana, channel, echoTo, phone, receiptOf, uniqueId } from './events.js'
import { hourMs, operatorMessage, type Scene, type StoreTests, texts, wordsOf } from './scene.js'

async function say(scene: Scene, target: ConversationTarget, message: string | OperatorMessage) {
  const request = typeof message === 'string' ? operatorMessage(message) : message
  return present(await scene.store.addOperatorMessage(target, request), 'the result')
}

/** A text in pieces. */
function longMessage(first: string, ...further: readonly string[]): OperatorMessage {
  const pieces = further.map(text => ({ id: uniqueId('operator'), content: { type: 'text', text } as const }))
  return operatorMessage(first, { further: pieces })
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

  'stores the pieces of a long text together, and sends them one after the other': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const request = longMessage('1', '2', '3')
    const { message, further, send } = await say(
      scene,
      { conversationId },
      { ...request, quotedId: 'wamid.x' },
    )
    const pieces = [message, ...(further ?? [])]
    equal(texts(pieces), ['1', '2', '3'], 'the pieces')
    equal(
      pieces.map(({ status, quotedId }) => [status, quotedId]),
      [
        ['sending', 'wamid.x'],
        ['pending', undefined],
        ['pending', undefined],
      ],
      'status and quote',
    )
    equal(texts(await scene.messages(conversationId)), ['hello', '1', '2', '3'], 'the messages')
    const again = await say(scene, { conversationId }, request)
    equal([again.send, again.message, again.further], [undefined, message, further], 'the second time')
    const { next } = await scene.record(present(send, 'the first piece'), { kind: 'sent' })
    equal(wordsOf((await scene.record(present(next, 'the second'), { kind: 'sent' })).next), '3', 'the last')
  },

  'keeps the rest of a long text back when a piece fails, or is refused by the window': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const statusesOf = async () =>
      (await scene.messages(conversationId)).flatMap(({ status }) => status ?? [])
    const first = await say(scene, { conversationId }, longMessage('1', '2'))
    const failed = { kind: 'failed', error: 'x' } as const
    const { next } = await scene.record(present(first.send, 'the first piece'), failed)
    equal([next, ...(await statusesOf())], [undefined, 'failed', 'cancelled'], 'after a failure')

    const second = await say(scene, { conversationId }, longMessage('3', '4'))
    const item = present(second.send, 'the first piece')
    const error = { code: '131047', message: 'too late', scope: 'window' } as const
    await scene.ingest(receiptOf(uniqueId('wamid'), 'failed', { outboundId: item.message.id, error }))
    equal((await statusesOf()).slice(2), ['parked', 'parked'], 'after a refusal')
    await scene.hear(ana, 'and?')
    equal((await statusesOf()).slice(2), ['pending', 'pending'], 'when the customer writes')
  },

  'stores no piece of a text when one of their ids is taken': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const taken = operatorMessage('once')
    await say(scene, { conversationId }, taken)
    const request = operatorMessage('1', {
      further: [{ id: taken.id, content: { type: 'text', text: '2' } }],
    })
    const refused = scene.store.addOperatorMessage({ conversationId }, request)
    const error = await rejection(refused, 'an id that is taken')
    ok(SwitchboardError.is(error) && error.code === 'store_data', `it blames the data: ${String(error)}`)
    equal(texts(await scene.messages(conversationId)), ['hello', 'once'], 'the messages')
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
