import { equal, kind, only, present } from '../assert.js'
import { ana, echoTo, receiptOf, textOf, uniqueId } from './events.js'
import { ingestOptions, operatorMessage, type Scene, type StoreTests, texts, wordsOf } from './scene.js'

const sent = (providerId = uniqueId('wamid')) => ({ kind: 'sent', providerId }) as const
const error = { code: '131047', message: 'too late', scope: 'window' } as const
const why = '131047: too late'

const refusalOf = (providerId: string, outboundId?: string) =>
  receiptOf(providerId, 'failed', { error, ...(outboundId !== undefined && { outboundId }) })

/** Replies, the first of which the provider has taken. */
async function taken(scene: Scene, ...replies: readonly string[]) {
  const item = await scene.converse(ana, ...(replies.length > 0 ? replies : ['one']))
  const { providerId, kind } = sent()
  const { next } = await scene.record(item, { kind, providerId })
  return { item, providerId, next }
}

async function receive(scene: Scene, receipt: ReturnType<typeof receiptOf>) {
  return kind(await scene.ingest(receipt), 'status', 'a receipt')
}

async function statuses(scene: Scene, { conversationId }: { readonly conversationId: string }) {
  const messages = await scene.messages(conversationId)
  return messages.filter(({ author }) => author !== 'customer').map(({ status }) => status)
}

async function claimOne(scene: Scene) {
  await scene.advance(20)
  return only(await scene.claimSends(), 'messages that may be sent')
}

export const windowRefusalTests: StoreTests = {
  'parks what a receipt says came outside of the window, until the customer writes': async scene => {
    const { item, providerId } = await taken(scene)
    const { messageId, conversationId } = item
    const refused = [{ messageId, author: 'bot', status: 'parked', error: why }] as const
    const result = { kind: 'status', advanced: true, messageId, conversationId, refused } as const
    equal(await scene.ingest(refusalOf(providerId)), result, 'the result')
    const { status, error, providerId: known, sentAt } = await scene.message(item)
    equal([status, error, known, sentAt], ['parked', why, undefined, undefined], 'the message')
    await scene.advance(20)
    equal(await scene.claimSends(), [], 'what may be sent')

    equal((await scene.hear(ana, 'hello?')).releases, true, 'whether the customer has released something')
    const again = await claimOne(scene)
    equal([again.attempt, again.deferrals, again.asTemplate], [2, 1, undefined], 'the next attempt')
    await scene.record(again, sent('wamid.second'))
    equal((await scene.message(item)).providerId, 'wamid.second', 'the provider id of the next attempt')
    await receive(scene, receiptOf('wamid.second', 'read'))
    equal((await scene.message(item)).status, 'read', 'the status after a receipt of it')
    equal((await scene.hear(ana, 'and?')).releases, undefined, 'when nothing is parked')
  },

  'does not take what is said of the refused attempt for the next one': async scene => {
    const { item, providerId } = await taken(scene)
    const outboundId = item.message.id
    await receive(scene, refusalOf(providerId))
    const late = [
      refusalOf(providerId),
      refusalOf(providerId, outboundId),
      receiptOf(providerId, 'sent', { outboundId }),
      receiptOf(providerId, 'failed', { outboundId, error: { code: '1', message: 'x' } }),
    ]
    const tellAll = async (status: string) => {
      for (const receipt of late) {
        const { advanced, refused, messageId } = await receive(scene, receipt)
        equal([advanced, refused, messageId], [false, undefined, item.messageId], `a late ${receipt.status}`)
        equal((await scene.message(item)).status, status, `the status after a late ${receipt.status}`)
      }
    }
    await tellAll('parked')
    await scene.hear(ana, 'hello?')
    await tellAll('pending')
    const again = await claimOne(scene)
    await tellAll('sending')
    equal((await scene.record(again, sent('wamid.second'))).status, 'sent', 'the answer to the next attempt')
    await tellAll('sent')
    await receive(scene, receiptOf('wamid.second', 'failed', { error: { code: '1', message: 'x' } }))
    equal((await scene.message(item)).status, 'failed', 'the status when the next attempt fails')
  },

  'knows receipts of the next attempt before its answer came': async scene => {
    const { item, providerId } = await taken(scene)
    await receive(scene, refusalOf(providerId))
    await scene.hear(ana, 'hello?')
    const again = await claimOne(scene)
    await receive(scene, receiptOf('wamid.second', 'delivered', { outboundId: item.message.id }))
    equal((await scene.message(item)).providerId, 'wamid.second', 'the provider id that was learnt')
    equal((await scene.record(again, sent('wamid.second'))).status, 'delivered', 'the status')
  },

  'believes that a refused attempt has arrived, and never sends that message again': async scene => {
    const { item, providerId } = await taken(scene)
    await receive(scene, refusalOf(providerId))
    await receive(scene, receiptOf(providerId, 'delivered'))
    const message = await scene.message(item)
    equal([message.status, message.providerId], ['delivered', providerId], 'the message')
    equal((await scene.hear(ana, 'hello?')).releases, undefined, 'what the customer has released')
    await receive(scene, refusalOf(providerId))
    equal((await scene.message(item)).status, 'delivered', 'delivered, then refused')
  },

  'parks it when the receipt comes before the answer to the send': async scene => {
    const ways = [undefined, 'by our own id'] as const
    for (const way of ways) {
      const item = await scene.converse(ana, 'one', 'two')
      const { providerId } = sent()
      const early = await receive(scene, refusalOf(providerId, way && item.message.id))
      equal(
        early.refused?.map(({ status }) => status),
        way && ['parked', 'parked'],
        'what is told early',
      )
      const { status, next, refused } = await scene.record(item, sent(providerId))
      equal([status, next], ['parked', undefined], 'the answer')
      const told = refused?.map(({ status, error }) => [status, error])
      equal(
        told,
        way
          ? undefined
          : [
              ['parked', why],
              ['parked', why],
            ],
        'what is told with the answer',
      )
      equal((await scene.message(item)).providerId, undefined, 'the provider id')
      equal((await scene.record(item, { kind: 'sent' })).status, 'parked', 'an answer without an id')
      equal((await scene.record(item, { kind: 'unknown', error: 'x' })).status, 'parked', 'no answer')
      await scene.store.setHandoff(item, { state: 'human', handoffIdleMs: null })
      await scene.store.setHandoff(item, { state: 'bot', handoffIdleMs: null })
    }
  },

  'parks what is unknown': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, { kind: 'unknown', error: 'timeout' })
    await receive(scene, refusalOf(uniqueId('wamid'), item.message.id))
    await scene.advance(20)
    equal(await scene.claimSends({ unknownPolicy: 'resend', reconcileMs: 0 }), [], 'what is sent again')
    equal(await statuses(scene, item), ['parked'], 'the status')
  },

  'keeps the order of an answer: what has not left waits with it': async scene => {
    const { item, providerId, next } = await taken(scene, 'one', 'two', 'three')
    await scene.record(present(next, 'the second reply'), { kind: 'retry', afterMs: 0, error: 'x' })
    const { refused } = await receive(scene, refusalOf(providerId))
    equal(refused?.length, 3, 'how many wait')
    equal(refused?.[0]?.messageId, item.messageId, 'the first of them')
    equal(await statuses(scene, item), ['parked', 'parked', 'parked'], 'the statuses')
    await scene.hear(ana, 'hello?')
    const order = []
    for (let send = await claimOne(scene); send; ) {
      order.push(wordsOf(send))
      const { next } = await scene.record(send, sent())
      if (!next) break
      send = next
    }
    equal(order, ['one', 'two', 'three'], 'the order')
  },

  'sends it again at once when the customer has written since it left': async scene => {
    const { item, providerId, next } = await taken(scene, 'one', 'two')
    await scene.record(present(next, 'the second reply'), sent('wamid.two'))
    await receive(scene, refusalOf(providerId))
    await scene.advance(20)
    await scene.hear(ana, 'hello?')
    const { refused } = await receive(scene, refusalOf('wamid.two'))
    equal(
      refused?.map(({ status }) => status),
      ['pending'],
      'what is told',
    )
    const one = await claimOne(scene)
    const two = present((await scene.record(one, sent())).next, 'what follows')
    equal([wordsOf(one), wordsOf(two), two.attempt, two.deferrals], ['one', 'two', 2, 1], 'what is sent')
    await scene.record(two, sent('wamid.two-again'))
    await receive(scene, refusalOf('wamid.two-again'))
    equal(await statuses(scene, item), ['sent', 'parked'], 'refused once more: the statuses')
  },

  "cancels the bot's when a person is in charge, and keeps an operator's": async scene => {
    const { item, providerId } = await taken(scene)
    const target = { conversationId: item.conversationId }
    const said = await scene.store.addOperatorMessage(target, operatorMessage('I am Olga'))
    await scene.record(present(said?.send, 'what the operator says'), sent('wamid.olga'))
    const ofBot = await receive(scene, refusalOf(providerId))
    equal(
      ofBot.refused?.map(({ status }) => status),
      ['cancelled'],
      "what is told of the bot's",
    )
    const ofOperator = await receive(scene, refusalOf('wamid.olga'))
    equal(
      ofOperator.refused?.map(({ author, status }) => [author, status]),
      [['operator', 'parked']],
      "of the operator's",
    )
    await receive(scene, receiptOf(providerId, 'sent', { outboundId: item.message.id }))
    equal(await statuses(scene, item), ['cancelled', 'parked'], 'the statuses')
    await scene.hear(ana, 'hello?')
    equal(wordsOf(await claimOne(scene)), 'I am Olga', 'what is sent when the customer writes')
  },

  'cancels what it has parked when a person takes over': async scene => {
    const { item, providerId, next } = await taken(scene, 'one', 'two')
    await scene.record(present(next, 'the second reply'), { kind: 'retry', afterMs: 0, error: 'x' })
    await receive(scene, refusalOf(providerId))
    await scene.store.setHandoff(item, { state: 'human', handoffIdleMs: null })
    equal(await statuses(scene, item), ['cancelled', 'cancelled'], 'the statuses')
  },

  'lets it go as a template, one since the customer wrote': async scene => {
    const { item, providerId, next } = await taken(scene, 'one', 'two', 'three')
    const two = present(next, 'the second reply')
    await scene.record(two, sent('wamid.two'))
    await receive(scene, refusalOf(providerId))
    const target = { conversationId: item.conversationId }
    const release = (messageId: string) => scene.store.releaseParked(target, { asTemplate: messageId })
    equal(await release('none'), [], 'a message that nobody knows')
    equal(await release(item.messageId), [item.messageId], 'what may go')
    await receive(scene, refusalOf('wamid.two'))
    equal(await release(two.messageId), [], 'another one while the first waits')
    const again = await claimOne(scene)
    equal([again.attempt, again.asTemplate, again.released], [2, true, undefined], 'the next try')
    await scene.record(again, { kind: 'retry', afterMs: 0, error: 'x' })
    const third = await claimOne(scene)
    equal(third.asTemplate, true, 'the try after it')
    const content = { type: 'template', name: 'hello', language: 'en', text: 'Hello again' } as const
    await scene.record(third, { ...sent('wamid.template'), content })
    equal(await release(two.messageId), [], 'another one after it went')
    await receive(scene, refusalOf('wamid.template'))
    equal(await release(item.messageId), [], 'a template that was refused as well')
    equal(await statuses(scene, item), ['parked', 'parked', 'sending'], 'the statuses')

    await scene.hear(ana, 'hello?')
    equal((await claimOne(scene)).asTemplate, undefined, 'what goes when the customer has written')
    equal(
      await scene.store.releaseParked({ conversationId: 'no such' }, { asTemplate: 'x' }),
      undefined,
      'nowhere',
    )
  },

  'fails what somebody wrote on the phone, and what one member of a group could not get': async scene => {
    const echo = echoTo(ana, 'from the phone')
    const stored = await scene.tell(echo)
    equal((await receive(scene, refusalOf(echo.providerId))).refused, undefined, 'what is told')
    equal((await scene.message(stored)).status, 'failed', 'the status of an echo')
    const early = echoTo(ana, 'from the phone too')
    await receive(scene, refusalOf(early.providerId))
    equal(
      (await scene.message(await scene.tell(early))).status,
      'failed',
      'of one that comes after its receipt',
    )
    const chat = { kind: 'group', id: uniqueId('group') } as const
    const { conversationId } = await scene.tell(textOf(ana, 'hello', { chat, sender: ana }))
    const { send } = await scene.answer(await scene.claim(conversationId), 'hi all')
    const item = present(send, 'the reply')
    await scene.record(item, sent('wamid.group'))
    const [participant] = ana.identities
    await receive(scene, { ...refusalOf('wamid.group'), ...(participant && { participant }) })
    equal((await scene.message(item)).status, 'failed', 'the status in a group')
  },

  'follows several receipts of one call in their order': async scene => {
    const { item, providerId } = await taken(scene)
    const receipts = [
      receiptOf(providerId, 'sent'),
      refusalOf(providerId),
      refusalOf(providerId),
      receiptOf(providerId, 'sent'),
    ]
    const results = await scene.store.ingest(receipts, ingestOptions)
    equal(
      results.map(result => kind(result, 'status', 'a receipt').refused?.length),
      [undefined, 1, undefined, undefined],
      'who tells of it',
    )
    equal(await statuses(scene, item), ['parked'], 'the status')
    await scene.store.ingest([receiptOf(providerId, 'read'), textOf(ana, 'hi')], ingestOptions)
    equal(await statuses(scene, item), ['read'], 'the status after it was read')
  },

  'parks it once when the same receipt comes twice at the same moment': async scene => {
    const { item, providerId } = await taken(scene)
    const results = await Promise.all(Array.from({ length: 5 }, () => receive(scene, refusalOf(providerId))))
    only(
      results.filter(({ refused }) => refused),
      'results that tell of it',
    )
    equal(await scene.store.releaseParked(item), [item.messageId], 'what is released')
    equal(texts(await scene.messages(item.conversationId)), ['hello', 'one'], 'the messages')
  },
}
