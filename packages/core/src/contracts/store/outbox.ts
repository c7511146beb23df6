import type { OutboundContent } from '../../vocabulary/index.js'
import { between, equal, ok, only, present } from '../assert.js'
import { account, ana, ben, channel, echoTo, textOf, uniqueId } from './events.js'
import { draft, operatorMessage, type Scene, type StoreTests, texts, wordsOf } from './scene.js'

const sent = () => ({ kind: 'sent', providerId: uniqueId('wamid') }) as const
const unknown = { kind: 'unknown', error: 'no answer' } as const
const failed = { kind: 'failed', error: '131047: window closed' } as const

async function statuses(scene: Scene, conversationId: string) {
  const messages = await scene.messages(conversationId)
  return messages.filter(message => message.author !== 'customer').map(message => message.status)
}

export const outboxTests: StoreTests = {
  'records replies before they leave: the first is sending, the others wait': async scene => {
    const event = textOf(ana, 'hello')
    const { conversationId } = await scene.tell(event)
    const quote = { providerId: event.providerId, always: true, whenNewer: 0 }
    const reply = draft('one', quote)
    const { send } = await scene.answer(await scene.claim(conversationId), reply, 'two', 'three')
    const item = present(send, 'the first reply')
    const { messageId, customerAt, ...rest } = item
    ok(customerAt !== undefined, 'when the customer wrote')
    equal(
      rest,
      {
        conversationId,
        author: 'bot',
        attempt: 1,
        message: {
          id: reply.id,
          channel,
          account,
          to: ana.identities[0],
          content: { type: 'text', text: 'one' },
          quotedId: event.providerId,
        },
      },
      'the first reply',
    )
    equal(await statuses(scene, conversationId), ['sending', 'pending', 'pending'], 'the statuses')
    const message = await scene.message(item)
    const { direction, author, type, text, content, quotedId, sentAt, error } = message
    equal(
      { direction, author, type, text, content, quotedId, sentAt, error },
      {
        direction: 'outbound',
        author: 'bot',
        type: 'text',
        text: 'one',
        content: { type: 'text', text: 'one' },
        quotedId: event.providerId,
      },
      'the stored message',
    )
    equal(message.id, messageId, 'its id')
    equal(await scene.claimSends(), [], 'what others may send meanwhile')
  },

  'keeps every option of a content': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const content = { type: 'text', text: 'https://example.com', linkPreview: true } as const
    const committed = await scene.answer(await scene.claim(conversationId), {
      id: uniqueId('outbound'),
      content,
    })
    equal(committed.send?.message.content, content, 'the content')
  },

  'sends contents of every kind, whole': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const buttons = [{ id: 'green', title: 'Green' }]
    const components = [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }]
    const contents: readonly OutboundContent[] = [
      { type: 'image', media: { url: 'https://example.com/tea.jpg' } },
      { type: 'voice', media: { id: '17' } },
      { type: 'location', latitude: 52.5, longitude: 13.4 },
      { type: 'contacts', contacts: [{ name: 'Ben', phones: ['+4915155500002'] }] },
      { type: 'reaction', targetId: 'wamid.target', emoji: '🍵' },
      { type: 'buttons', text: 'Green?', buttons },
      { type: 'template', name: 'order_update', language: 'de', components },
    ]
    const replies = contents.map(content => ({ id: uniqueId('outbound'), content }))
    const { send } = await scene.answer(await scene.claim(conversationId), ...replies)
    let item = send
    for (const content of contents) {
      equal(item?.message.content, content, `the ${content.type}`)
      item = (await scene.record(present(item, 'the next reply'), sent())).next
    }
    equal(item, undefined, 'what follows the last one')
    const lines = (await scene.messages(conversationId)).slice(1)
    equal(
      lines.map(line => line.content),
      contents,
      'the stored contents',
    )
  },

  'gives the next reply when the one before was sent': async scene => {
    const one = await scene.converse(ana, 'one', 'two', 'three')
    const outcome = sent()
    const result = await scene.record(one, outcome)
    equal([result.id, result.status], [one.message.id, 'sent'], 'the record of the first')
    const two = present(result.next, 'the second reply')
    equal([wordsOf(two), two.attempt], ['two', 1], 'the second reply')
    const message = await scene.message(one)
    equal(message.providerId, outcome.providerId, "the provider's id of the first")
    ok(
      message.sentAt !== undefined && message.sentAt >= message.receivedAt,
      'the time at which it was accepted',
    )
    equal(await statuses(scene, one.conversationId), ['sent', 'sending', 'pending'], 'the statuses')
    const three = present((await scene.record(two, sent())).next, 'the third reply')
    equal((await scene.record(three, sent())).next, undefined, 'what follows the last')
    equal(texts(await scene.messages(one.conversationId)), ['hello', 'one', 'two', 'three'], 'the order')
  },

  'sends a message whose provider gives no id': async scene => {
    const item = await scene.converse(ana, 'one')
    equal((await scene.record(item, { kind: 'sent' })).status, 'sent', 'the status')
    equal((await scene.message(item)).providerId, undefined, 'its provider id')
  },

  'tries again after a refusal that may pass, not before its time': async scene => {
    const item = await scene.converse(ana, 'one', 'two')
    const retry = { kind: 'retry', afterMs: 40_000, error: '130429: too fast' } as const
    const result = await scene.record(item, retry)
    equal([result.status, result.next], ['pending', undefined], 'status and next reply')
    equal((await scene.message(item)).error, '130429: too fast', 'the error of the last attempt')
    equal(await scene.claimSends(), [], 'what may be sent before the time')
    between(
      (await scene.store.sweep({ limit: 10, horizonMs: 0 })).nextSendInMs,
      1,
      40_000,
      'the time until then',
    )
  },

  'gives a message to be tried again when its time has come': async scene => {
    const item = await scene.converse(ana, 'one', 'two')
    await scene.record(item, { kind: 'retry', afterMs: 50, error: '130429: too fast' })
    await scene.advance(80)
    equal(
      (await scene.store.sweep({ limit: 10, horizonMs: 0 })).nextSendInMs,
      0,
      'the time until the next send',
    )
    const again = only(await scene.claimSends(), 'messages to be tried again')
    equal(again, { ...item, attempt: 2 }, 'the message')
    equal(await statuses(scene, item.conversationId), ['sending', 'pending'], 'the statuses')
    const { status, next } = await scene.record(again, sent())
    equal([status, wordsOf(next)], ['sent', 'two'], 'after the second attempt')
    equal((await scene.message(item)).error, undefined, 'the error, once it was accepted')
  },

  'cancels the later replies of a turn when one fails': async scene => {
    const item = await scene.converse(ana, 'one', 'two', 'three')
    const { status, next } = await scene.record(item, failed)
    equal([status, next], ['failed', undefined], 'status and next reply')
    equal(await statuses(scene, item.conversationId), ['failed', 'cancelled', 'cancelled'], 'the statuses')
    equal((await scene.message(item)).error, failed.error, 'the error')
    equal(await scene.claimSends(), [], 'what may still be sent')
  },

  'leaves the replies of other turns when one fails': async scene => {
    const first = await scene.converse(ana, 'one', 'one more')
    await scene.hear(ana, 'and?')
    const committed = await scene.answer(await scene.claim(first.conversationId), 'two')
    equal(committed.send, undefined, 'a reply while an earlier one is on its way')
    const { next } = await scene.record(first, failed)
    equal(wordsOf(next), 'two', 'what follows the failed turn')
  },

  'goes on after an unknown outcome and never sends that message again': async scene => {
    const one = await scene.converse(ana, 'one', 'two')
    const { status, next } = await scene.record(one, unknown)
    equal([status, wordsOf(next)], ['unknown', 'two'], 'status and next reply')
    equal((await scene.message(one)).error, unknown.error, 'the error')
    await scene.record(present(next, 'the next reply'), sent())
    await scene.advance(80)
    equal(await scene.claimSends({ reconcileMs: 0 }), [], 'what may be sent under the policy `park`')
  },

  'sends an unknown message again only when the policy says so and the time has passed': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, unknown)
    const resend = { unknownPolicy: 'resend', reconcileMs: 50 } as const
    equal(await scene.claimSends({ ...resend, reconcileMs: 40_000 }), [], 'before the time has passed')
    await scene.advance(80)
    const again = only(await scene.claimSends(resend), 'unknown messages that are sent again')
    equal(again, { ...item, attempt: 2 }, 'the message')
    equal(await scene.claimSends(resend), [], 'while it is on its way')
    equal((await scene.record(again, unknown)).status, 'unknown', 'unknown once more')
    await scene.advance(80)
    equal(await scene.claimSends({ ...resend, maxAttempts: 2 }), [], 'after the last attempt')
    equal(only(await scene.claimSends(resend), 'with more attempts').attempt, 3, 'the next attempt')
  },

  'knows the echo of its own message': async scene => {
    const item = await scene.converse(ana, 'one')
    const outcome = sent()
    await scene.record(item, outcome)
    const echo = echoTo(ana, 'one', { providerId: outcome.providerId })
    equal(await scene.ingest(echo), { kind: 'duplicate' }, 'the echo')
    const conversation = await scene.store.findConversation(item)
    equal(conversation?.handoff, 'bot', 'who speaks')
  },

  'survives a provider id that another line has': async scene => {
    const item = await scene.converse(ana, 'one')
    const echo = echoTo(ben, 'something else')
    const { conversationId, messageId } = await scene.tell(echo)
    const result = await scene.record(item, { kind: 'sent', providerId: echo.providerId })
    equal(result.status, 'sent', 'the status')
    equal(
      (await scene.message({ conversationId, messageId })).providerId,
      echo.providerId,
      'whose the id stays',
    )
  },

  'lets at most one worker take each message, the longest waiting first': async scene => {
    const items = [await scene.converse(ana, 'one'), await scene.converse(ben, 'one')]
    const records = items.map((item, index) => ({
      id: item.message.id,
      attempt: 1,
      outcome: { kind: 'retry', afterMs: 20 - 10 * index, error: 'x' } as const,
      sendLeaseMs: 60_000,
    }))
    await scene.store.recordSends(records)
    await scene.advance(60)
    const first = only(await scene.claimSends({ limit: 1 }), 'messages with a limit of one')
    equal(first.conversationId, items[1]?.conversationId, 'whose message waited longest')
    const rest = (await Promise.all([1, 2, 3, 4].map(() => scene.claimSends()))).flat()
    equal(
      only(rest, 'what is left for four workers').conversationId,
      items[0]?.conversationId,
      'the other one',
    )
  },

  'never overtakes a message that still waits': async scene => {
    const first = await scene.converse(ana, 'one')
    await scene.record(first, { kind: 'retry', afterMs: 40_000, error: 'x' })
    await scene.hear(ana, 'and?')
    const { conversationId } = first
    const { send } = await scene.answer(await scene.claim(conversationId), 'two')
    equal(send, undefined, 'a reply behind one that waits for its next try')
    equal(await scene.claimSends(), [], 'what may be sent')
    await scene.store.addOperatorMessage({ conversationId }, operatorMessage('three'))
    equal(await statuses(scene, conversationId), ['cancelled', 'cancelled', 'sending'], 'after a takeover')
  },
}
