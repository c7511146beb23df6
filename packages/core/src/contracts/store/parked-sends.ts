import type { SendRecord } from '../../ports/index.js'
import { equal, kind, ok, only, present } from '../assert.js'
import { ana, ben, echoTo, reactionOf, receiptOf, textOf, uniqueId } from './events.js'
import { hourMs, operatorMessage, type Scene, type StoreTests, wordsOf } from './scene.js'

const sent = () => ({ kind: 'sent', providerId: uniqueId('wamid') }) as const
const parked = { kind: 'parked', reason: 'window', error: 'window_closed: too late' } as const
const deferred = { kind: 'deferred', afterMs: 20 } as const

/** By the store's clock. */
async function hourAgo(scene: Scene): Promise<number> {
  const { conversationId } = await scene.hear(ben, 'what time is it?')
  return present((await scene.messages(conversationId))[0], 'the message').receivedAt - hourMs
}

async function statuses(scene: Scene, conversationId: string) {
  const messages = await scene.messages(conversationId)
  return messages.filter(message => message.author !== 'customer').map(message => message.status)
}

/** The only message that may be sent by now. */
async function claimOne(scene: Scene) {
  await scene.advance(60)
  return only(await scene.claimSends(), 'messages that may be sent')
}

/** A message of an operator, given to be sent. */
async function operatorSays(scene: Scene, conversationId: string, text: string) {
  const result = await scene.store.addOperatorMessage({ conversationId }, operatorMessage(text))
  return present(result?.send, 'what the operator says')
}

export const parkedSendTests: StoreTests = {
  'tells with a message when the customer wrote last, as the provider says it': async scene => {
    const early = await hourAgo(scene)
    const late = early + 1_000
    await scene.tell(textOf(ana, 'hello', { sentAt: late }))
    const { conversationId } = await scene.tell(textOf(ana, 'late to arrive', { sentAt: early }))
    const { send } = await scene.answer(await scene.claim(conversationId), 'one', 'two')
    const first = present(send, 'the first reply')
    equal(first.customerAt, late, 'with a commit')
    const { next } = await scene.record(first, sent())
    equal(next?.customerAt, late, 'with a record')
    await scene.record(present(next, 'the second reply'), { kind: 'retry', afterMs: 10, error: 'x' })
    equal((await claimOne(scene)).customerAt, late, 'with a claim')
    await scene.tell(reactionOf(ana, 'wamid.x'))
    await scene.tell(echoTo(ana, 'from the phone'))
    const conversation = { conversationId }
    await scene.store.setHandoff(conversation, { state: 'human', handoffIdleMs: null })
    const result = await scene.store.addOperatorMessage(conversation, operatorMessage('three'))
    equal(result?.message.status, 'pending', 'what an operator says behind it')
  },

  'knows from a backfill when the customer wrote, and of strangers that they never did': async scene => {
    const sentAt = await hourAgo(scene)
    const { conversationId } = await scene.tell(textOf(ana, 'before', { history: true, sentAt }))
    equal((await operatorSays(scene, conversationId, 'hi')).customerAt, sentAt, 'after a backfill')
    const peer = { kind: 'phone', value: '+34600000099' } as const
    const { channel, account } = echoTo(ana, '')
    const stranger = await scene.store.addOperatorMessage({ channel, account, peer }, operatorMessage('hi'))
    const send = present(stranger?.send, 'what a stranger is told')
    equal(send.customerAt, undefined, 'with somebody who never wrote')
  },

  'gives a message back that did not leave, and does not count the try': async scene => {
    const item = await scene.converse(ana, 'one', 'two')
    const result = await scene.record(item, { ...deferred, afterMs: 40_000 })
    equal([result.status, result.next], ['pending', undefined], 'status and next reply')
    equal((await scene.message(item)).error, undefined, 'its error')
    equal(await scene.claimSends(), [], 'what may be sent before the time')

    const { conversationId } = await scene.hear(ana, 'still there?')
    equal((await scene.messages(conversationId)).length, 4, 'messages')
  },

  'counts what was given back': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, { ...deferred, error: '190: token' })
    equal((await scene.message(item)).error, '190: token', 'why it was given back')
    const second = await claimOne(scene)
    equal([second.attempt, second.deferrals], [2, 1], 'attempt and deferrals')
    await scene.record(second, { kind: 'retry', afterMs: 20, error: 'x' })
    const third = await claimOne(scene)
    equal([third.attempt, third.deferrals], [3, 1], 'attempt and deferrals after a refusal')
    await scene.record(third, deferred)
    equal((await scene.message(item)).error, 'x', 'the error before stays')
    equal((await claimOne(scene)).deferrals, 2, 'deferrals in the end')
  },

  'sends an unknown message again although it was given back before': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, deferred)
    const second = await claimOne(scene)
    await scene.record(second, { kind: 'unknown', error: 'no answer' })
    await scene.advance(60)
    const resend = { unknownPolicy: 'resend', reconcileMs: 20, maxAttempts: 2 } as const
    const third = only(await scene.claimSends(resend), 'unknown messages that are sent again')
    equal([third.attempt, third.deferrals], [3, 1], 'attempt and deferrals')
    await scene.record(third, { kind: 'unknown', error: 'no answer' })
    await scene.advance(60)
    equal(await scene.claimSends(resend), [], 'after the last try that counts')
  },

  'cancels what was given back when a person has taken over': async scene => {
    for (const outcome of [deferred, parked] as const satisfies readonly SendRecord['outcome'][]) {
      const item = await scene.converse(ana, 'one')
      const { conversationId } = item
      await scene.store.setHandoff({ conversationId }, { state: 'human', handoffIdleMs: null })
      equal((await scene.record(item, outcome)).status, 'cancelled', `the status after ${outcome.kind}`)
      await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    }
  },

  'parks what may not leave, and goes on with what follows': async scene => {
    const one = await scene.converse(ana, 'one', 'two')
    const result = await scene.record(one, parked)
    equal([result.status, wordsOf(result.next)], ['parked', 'two'], 'status and next reply')
    equal((await scene.message(one)).error, parked.error, 'the error')
    equal(await scene.record(one, parked), result, 'the record, the second time')
    await scene.record(present(result.next, 'the next reply'), parked)
    await scene.advance(60)
    equal(await scene.claimSends({ unknownPolicy: 'resend', reconcileMs: 0 }), [], 'what may be sent')
    equal(await statuses(scene, one.conversationId), ['parked', 'parked'], 'the statuses')
    equal((await scene.store.progress()).oldestUnsentMs, null, 'what should have been sent')
  },

  'lets parked messages go in their order when the customer writes': async scene => {
    const one = await scene.converse(ana, 'one', 'two')
    const { next } = await scene.record(one, parked)
    await scene.record(present(next, 'the next reply'), parked)
    await scene.tell(reactionOf(ana, 'wamid.x'))
    equal(await statuses(scene, one.conversationId), ['parked', 'parked'], 'after a reaction')
    await scene.hear(ana, 'hello again')
    equal(await statuses(scene, one.conversationId), ['pending', 'pending'], 'after a message')
    const again = await claimOne(scene)
    equal([wordsOf(again), again.attempt, again.deferrals], ['one', 2, 1], 'what goes first')
    equal(again.released, undefined, 'whether the window counts')
    equal(wordsOf((await scene.record(again, sent())).next), 'two', 'what goes next')
  },

  'lets parked messages go when a person wants it, whatever the window is': async scene => {
    const one = await scene.converse(ana, 'one')
    const { conversationId } = one
    await scene.record(one, parked)
    equal(await scene.store.releaseParked({ conversationId }), [one.messageId], 'what is released')
    equal(await scene.store.releaseParked({ conversationId }), [], 'what is released the second time')
    equal(await scene.store.releaseParked({ conversationId: 'no such' }), undefined, 'without a conversation')
    const again = await claimOne(scene)
    equal([again.attempt, again.released], [2, true], 'the next try')
    await scene.record(again, { kind: 'retry', afterMs: 10, error: 'x' })
    equal((await claimOne(scene)).released, true, 'whether the try after it goes whatever the window is')
  },

  'cancels parked messages of the bot when a person takes over, and keeps those of operators':
    async scene => {
      const one = await scene.converse(ana, 'one')
      const { conversationId } = one
      await scene.record(one, parked)
      await scene.record(await operatorSays(scene, conversationId, 'I am Olga'), parked)
      equal(await statuses(scene, conversationId), ['cancelled', 'parked'], 'the statuses')
      await scene.hear(ana, 'hello?')
      equal(wordsOf(await claimOne(scene)), 'I am Olga', 'what is sent when the customer writes')
    },

  'cancels a parked reply when the reply before it failed after all': async scene => {
    const one = await scene.converse(ana, 'one', 'two')
    const accepted = sent()
    const { next } = await scene.record(one, accepted)
    await scene.record(present(next, 'the next reply'), parked)
    const error = { code: '131026', message: 'not on WhatsApp' }
    await scene.ingest(receiptOf(accepted.providerId, 'failed', { error }))
    equal(await statuses(scene, one.conversationId), ['failed', 'cancelled'], 'the statuses')
    equal(await scene.store.releaseParked(one), [], 'what can still be released')
  },

  'believes a receipt of a parked message, and never sends that again': async scene => {
    const one = await scene.converse(ana, 'one')
    await scene.record(one, parked)
    const receipt = receiptOf(uniqueId('wamid'), 'delivered', { outboundId: one.message.id })
    ok(kind(await scene.ingest(receipt), 'status', 'the receipt').advanced, 'it moves the message')
    await scene.hear(ana, 'hello')
    equal(await statuses(scene, one.conversationId), ['delivered'], 'the status')
    await scene.advance(60)
    equal(await scene.claimSends(), [], 'what may be sent')
  },

  'remembers what went out in place of what was said': async scene => {
    const one = await scene.converse(ana, 'one')
    const content = { type: 'template', name: 'hello', language: 'en_US', text: 'Hello again' } as const
    await scene.record(one, { ...sent(), content })
    const { type, text, content: stored, status } = await scene.message(one)
    equal({ type, text, status }, { type: 'template', text: 'Hello again', status: 'sent' }, 'the message')
    equal(stored, content, 'its content')
  },

  'keeps and gives every kind of content': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const content = { type: 'location', latitude: 1.5, longitude: -2.5, name: 'The shop' } as const
    const reply = { id: uniqueId('outbound'), content }
    const { send } = await scene.answer(await scene.claim(conversationId), reply, 'and words')
    const item = present(send, 'the first reply')
    equal(item.message.content, content, 'what is sent')
    equal((await scene.message(item)).content, content, 'what is stored')
    await scene.record(item, { kind: 'retry', afterMs: 10, error: 'x' })
    const again = await claimOne(scene)
    equal(again.message.content, content, 'what is sent again')
    equal(wordsOf((await scene.record(again, sent())).next), 'and words', 'what follows it')
  },
}
