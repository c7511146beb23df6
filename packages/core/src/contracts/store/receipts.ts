import { equal, kind, ok, present } from '../assert.js'
import { ana, ben, echoTo, receiptOf, textOf, uniqueId } from './events.js'
import { ingestOptions, type Scene, type StoreTests, wordsOf } from './scene.js'

const orders = [
  ['sent', 'delivered', 'read'],
  ['sent', 'read', 'delivered'],
  ['delivered', 'sent', 'read'],
  ['delivered', 'read', 'sent'],
  ['read', 'sent', 'delivered'],
  ['read', 'delivered', 'sent'],
] as const
const times = { sent: 1_700_000_001_000, delivered: 1_700_000_002_000, read: 1_700_000_003_000 }

/** A reply that the provider has accepted. */
async function sentReply(scene: Scene, ...replies: readonly string[]) {
  const item = await scene.converse(ana, ...(replies.length > 0 ? replies : ['one']))
  const providerId = uniqueId('wamid')
  const { next } = await scene.record(item, { kind: 'sent', providerId })
  return { item, providerId, next }
}

export const receiptTests: StoreTests = {
  'moves a message forward whatever the order of its receipts': async scene => {
    for (const order of orders) {
      const { item, providerId } = await sentReply(scene)
      for (const status of order) await scene.ingest(receiptOf(providerId, status, { at: times[status] }))
      const message = await scene.message(item)
      equal(message.status, 'read', `the status after ${order.join(', ')}`)
      equal(
        [message.deliveredAt, message.readAt],
        [times.delivered, times.read],
        `the times after ${order.join(', ')}`,
      )
    }
  },

  'says whether a receipt moved its message': async scene => {
    const { item, providerId } = await sentReply(scene)
    const { messageId, conversationId } = item
    const expected = { kind: 'status', messageId, conversationId }
    equal(await scene.ingest(receiptOf(providerId, 'sent')), { ...expected, advanced: false }, 'sent again')
    equal(await scene.ingest(receiptOf(providerId, 'read')), { ...expected, advanced: true }, 'read')
    equal(await scene.ingest(receiptOf(providerId, 'read')), { ...expected, advanced: false }, 'read again')
    equal(
      await scene.ingest(receiptOf(providerId, 'delivered')),
      { ...expected, advanced: false },
      'delivered late',
    )
    const nobody = receiptOf('wamid.of-another-tool', 'read')
    equal(await scene.ingest(nobody), { kind: 'status', advanced: false }, 'of a message that is not ours')
  },

  'keeps the first time of each receipt, its own when the provider gives none': async scene => {
    const { item, providerId } = await sentReply(scene)
    await scene.ingest(receiptOf(providerId, 'delivered', { at: 1_700_000_000_000 }))
    await scene.ingest(receiptOf(providerId, 'delivered', { at: 1_700_000_009_000 }))
    await scene.ingest(receiptOf(providerId, 'read'))
    const message = await scene.message(item)
    equal(message.deliveredAt, 1_700_000_000_000, 'when it was delivered')
    ok((message.readAt ?? 0) >= message.receivedAt, 'when it was read')
  },

  'keeps receipts that come before the answer to the send': async scene => {
    for (const order of orders) {
      const item = await scene.converse(ana, 'one')
      const providerId = uniqueId('wamid')
      for (const status of order) {
        const result = await scene.ingest(receiptOf(providerId, status, { at: times[status] }))
        equal(result, { kind: 'status', advanced: false }, 'a receipt that nobody is known for')
      }
      const { status } = await scene.record(item, { kind: 'sent', providerId })
      equal(status, 'read', `the status after ${order.join(', ')} and then the answer`)
      const message = await scene.message(item)
      equal([message.deliveredAt, message.readAt], [times.delivered, times.read], 'the times')
    }
  },

  'knows a message by our own id before its answer came': async scene => {
    const item = await scene.converse(ana, 'one')
    const providerId = uniqueId('wamid')
    const receipt = receiptOf(providerId, 'delivered', { outboundId: item.message.id })
    const { messageId, conversationId } = item
    equal(
      await scene.ingest(receipt),
      { kind: 'status', advanced: true, messageId, conversationId },
      'the result',
    )
    equal((await scene.message(item)).providerId, providerId, 'the provider id that was learnt')
    equal((await scene.record(item, { kind: 'sent', providerId })).status, 'delivered', 'the status')
    await scene.ingest(receiptOf(providerId, 'read'))
    equal((await scene.message(item)).status, 'read', 'the status after a receipt by provider id')
  },

  'knows only its own account and channel': async scene => {
    const { item, providerId } = await sentReply(scene)
    const outboundId = item.message.id
    for (const place of [{ account: 'account-2' }, { channel: 'other-channel' }]) {
      const receipt = receiptOf(providerId, 'read', { outboundId, ...place })
      equal(await scene.ingest(receipt), { kind: 'status', advanced: false }, 'a receipt from elsewhere')
    }
    equal((await scene.message(item)).status, 'sent', 'the status')
  },

  'moves nothing that the customer wrote': async scene => {
    const event = textOf(ana, 'hello')
    const stored = await scene.tell(event)
    const result = kind(await scene.ingest(receiptOf(event.providerId, 'read')), 'status', 'the result')
    equal(result.advanced, false, 'whether it moved')
    const { status, readAt } = await scene.message(stored)
    equal([status, readAt], [undefined, undefined], 'status and time')
  },

  'ends a retry of a message that was accepted after all': async scene => {
    const item = await scene.converse(ana, 'one', 'two')
    await scene.record(item, { kind: 'retry', afterMs: 0, error: 'x' })
    await scene.ingest(receiptOf(uniqueId('wamid'), 'sent', { outboundId: item.message.id }))
    await scene.advance(10)
    const next = await scene.claimSends()
    equal(next.map(wordsOf), ['two'], 'what is sent next')
    const message = await scene.message(item)
    equal([message.status, message.error], ['sent', undefined], 'status and error')
  },

  'reconciles an unknown message, which is then never sent again': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, { kind: 'unknown', error: 'timeout' })
    await scene.ingest(receiptOf(uniqueId('wamid'), 'delivered', { outboundId: item.message.id }))
    await scene.advance(10)
    equal(await scene.claimSends({ unknownPolicy: 'resend', reconcileMs: 0 }), [], 'what is sent again')
    equal((await scene.message(item)).status, 'delivered', 'the status')
  },

  'does not let a worse answer take back what a receipt said': async scene => {
    const outcomes = [
      { kind: 'failed', error: 'x' },
      { kind: 'unknown', error: 'x' },
      { kind: 'retry', afterMs: 0, error: 'x' },
    ] as const
    for (const outcome of outcomes) {
      const item = await scene.converse(ana, 'one')
      await scene.ingest(receiptOf(uniqueId('wamid'), 'delivered', { outboundId: item.message.id }))
      equal((await scene.record(item, outcome)).status, 'delivered', `the status after ${outcome.kind}`)
      const message = await scene.message(item)
      equal([message.status, message.error], ['delivered', undefined], 'status and error')
    }
    equal(await scene.claimSends(), [], 'what is sent again')
  },

  'fails a message for the reason that the provider gives': async scene => {
    const { item, providerId, next } = await sentReply(scene, 'one', 'two', 'three')
    const error = { code: '131026', message: 'undeliverable' }
    await scene.ingest(receiptOf(providerId, 'failed', { error }))
    const message = await scene.message(item)
    equal([message.status, message.error], ['failed', '131026: undeliverable'], 'status and error')
    const two = present(next, 'the second reply')
    equal((await scene.record(two, { kind: 'sent' })).next, undefined, 'what follows the second')
    equal((await scene.messages(item.conversationId)).at(-1)?.status, 'cancelled', 'the third reply')
  },

  'believes a delivery more than a failure': async scene => {
    const { item, providerId } = await sentReply(scene)
    await scene.ingest(receiptOf(providerId, 'failed', { error: { code: '1', message: 'x' } }))
    await scene.ingest(receiptOf(providerId, 'sent'))
    equal((await scene.message(item)).status, 'failed', 'failed, then sent')
    await scene.ingest(receiptOf(providerId, 'delivered'))
    const message = await scene.message(item)
    equal([message.status, message.error], ['delivered', undefined], 'failed, then delivered')
    await scene.ingest(receiptOf(providerId, 'failed', { error: { code: '1', message: 'x' } }))
    equal((await scene.message(item)).status, 'delivered', 'delivered, then failed')
  },

  'applies the receipt of an echo that comes in the same call, before it or after it': async scene => {
    for (const echoFirst of [true, false]) {
      const echo = echoTo(ana, 'from the phone')
      const receipt = receiptOf(echo.providerId, 'read')
      const events = echoFirst ? [echo, receipt] : [receipt, echo]
      const results = await scene.store.ingest(events, ingestOptions)
      const stored = kind(present(results[echoFirst ? 0 : 1], 'a result'), 'stored', 'the echo')
      equal((await scene.message(stored)).status, 'read', 'its status')
    }
  },

  'moves nothing that the customer wrote when the receipt comes first, either': async scene => {
    const event = textOf(ana, 'hello')
    await scene.ingest(receiptOf(event.providerId, 'read'))
    const { status, readAt } = await scene.message(await scene.tell(event))
    equal([status, readAt], [undefined, undefined], 'status and time')
  },

  'keeps receipts for the messages of operators too': async scene => {
    const early = uniqueId('wamid')
    await scene.ingest(receiptOf(early, 'delivered'))
    const first = await scene.tell(echoTo(ana, 'one', { providerId: early }))
    equal((await scene.message(first)).status, 'delivered', 'a receipt before the echo')
    const echo = echoTo(ana, 'two')
    const second = await scene.tell(echo)
    equal((await scene.message(second)).status, 'sent', 'an echo')
    await scene.ingest(receiptOf(echo.providerId, 'read'))
    equal((await scene.message(second)).status, 'read', 'a receipt after the echo')
  },

  'takes the receipt of a member of a group for the message': async scene => {
    const chat = { kind: 'group', id: 'group-2' } as const
    const { conversationId } = await scene.tell(textOf(ana, 'hello', { chat, sender: ana }))
    const { send } = await scene.answer(await scene.claim(conversationId), 'hi all')
    const item = present(send, 'the reply')
    const providerId = uniqueId('wamid')
    await scene.record(item, { kind: 'sent', providerId })
    const [participant] = ben.identities
    await scene.ingest(receiptOf(providerId, 'read', participant ? { participant } : {}))
    equal((await scene.message(item)).status, 'read', 'the status')
  },

  'wakes nobody with a receipt': async scene => {
    const { item, providerId } = await sentReply(scene)
    await scene.ingest(receiptOf(providerId, 'read'))
    equal(await scene.due(), [], 'what is due')
    kind(await scene.tryClaim(item.conversationId), 'idle', 'the conversation')
  },
}
