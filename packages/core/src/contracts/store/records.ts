import { SwitchboardError } from '../../errors.js'
import { equal, kind, ok, only, present, rejection } from '../assert.js'
import { ana, ben, uniqueId } from './events.js'
import { type Scene, type StoreTests, wordsOf } from './scene.js'

const sent = () => ({ kind: 'sent', providerId: uniqueId('wamid') }) as const
const unknown = { kind: 'unknown', error: 'no answer' } as const
const failed = { kind: 'failed', error: '131047: window closed' } as const

async function statuses(scene: Scene, conversationId: string) {
  const messages = await scene.messages(conversationId)
  return messages.filter(message => message.author !== 'customer').map(message => message.status)
}

export const recordTests: StoreTests = {
  'believes a late answer only when it says sent': async scene => {
    const item = await scene.converse(ana, 'one')
    await scene.record(item, unknown)
    await scene.advance(10)
    const again = only(await scene.claimSends({ unknownPolicy: 'resend', reconcileMs: 0 }), 'sent again')
    equal(again.attempt, 2, 'the attempt')
    for (const outcome of [failed, unknown, { kind: 'retry', afterMs: 0, error: 'x' } as const]) {
      equal(
        (await scene.record(item, outcome)).status,
        'sending',
        `after a late ${outcome.kind} of the first attempt`,
      )
    }
    const outcome = sent()
    equal((await scene.record(item, outcome)).status, 'sent', 'after a late sent of the first attempt')
    equal((await scene.record(again, failed)).status, 'sent', 'after the answer of the second attempt')
    equal((await scene.message(item)).providerId, outcome.providerId, "the provider's id")
  },

  'takes the answer that comes after the time of the send': async scene => {
    const outcomes = [sent(), failed, { kind: 'retry', afterMs: 40_000, error: 'x' }] as const
    for (const [index, expected] of (['sent', 'failed', 'pending'] as const).entries()) {
      const item = await scene.converse({ identities: [{ kind: 'phone', value: `+3466${index}` }] }, 'one')
      await scene.record(item, unknown)
      const outcome = present(outcomes[index], 'the outcome')
      equal((await scene.record(item, outcome)).status, expected, `unknown, then ${outcome.kind}`)
    }
  },

  'gives up waiting for an answer when the time of the send has run out': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const turn = await scene.claim(conversationId)
    const committed = kind(
      await scene.commit(turn, ['one', 'two'], { sendLeaseMs: 50 }),
      'committed',
      'the commit',
    )
    await scene.converse(ben, 'still has time')
    await scene.advance(80)
    const swept = await scene.store.sweep({ limit: 10, horizonMs: 0 })
    const { messageId } = present(committed.send, 'the first reply')
    equal(swept.unknown, [{ messageId, conversationId }], 'sends whose time ran out')
    equal(swept.nextSendInMs, 0, 'the time until the next reply may be sent')
    equal(await statuses(scene, conversationId), ['unknown', 'pending'], 'the statuses')
    const next = only(await scene.claimSends(), 'what is sent next')
    equal(wordsOf(next), 'two', 'the next reply')
  },

  'refuses the record of a message that it does not know': async scene => {
    const item = await scene.converse(ana, 'one')
    const good = { id: item.message.id, attempt: 1, outcome: sent(), sendLeaseMs: 1000 }
    const bad = { ...good, id: 'no-such-message' }
    const error = await rejection(scene.store.recordSends([good, bad]), 'a record of an unknown message')
    ok(SwitchboardError.is(error) && error.code === 'store_data', `it blames the data: ${String(error)}`)
    equal((await scene.message(item)).status, 'sending', 'the status of the other message of the call')
  },

  'records several sends in the order of the call': async scene => {
    const items = [await scene.converse(ana, 'to Ana', 'more'), await scene.converse(ben, 'to Ben')]
    const records = items.map(item => ({
      id: item.message.id,
      attempt: 1,
      outcome: sent(),
      sendLeaseMs: 60_000,
    }))
    const results = await scene.store.recordSends(records.reverse())
    equal(
      results.map(result => result.id),
      records.map(record => record.id),
      'the results',
    )
    equal(wordsOf(results[1]?.next), 'more', 'the next reply of the second record')
  },

  'gives a record that is repeated the result that got lost': async scene => {
    const one = await scene.converse(ana, 'one', 'two')
    const outcome = sent()
    const first = await scene.record(one, outcome)
    const two = present(first.next, 'the next reply')
    equal(await scene.record(one, outcome), first, 'the result, the second time')
    await scene.record(two, { kind: 'retry', afterMs: 40_000, error: 'x' })
    equal(
      (await scene.record(one, outcome)).next,
      undefined,
      'what follows while that waits for its next try',
    )

    const refused = await scene.converse(ben, 'one', 'two')
    const retry = { kind: 'retry', afterMs: 0, error: 'x' } as const
    const waiting = await scene.record(refused, retry)
    equal(await scene.record(refused, retry), waiting, 'a refusal, the second time')
  },

  'gives what follows a message to one sender only': async scene => {
    const one = await scene.converse(ana, 'one', 'two')
    await scene.record(one, { ...unknown }, { sendLeaseMs: 30 })
    await scene.advance(60)
    await scene.store.sweep({ limit: 10, horizonMs: 0 })
    const late = await scene.record(one, sent())
    equal(
      [late.status, late.next],
      ['sent', undefined],
      'a late answer, when the next reply was given before',
    )
  },
}
