import { between, equal, kind, only } from '../assert.js'
import { ana, ben, echoTo, eva } from './events.js'
import { hourMs, operatorMessage, type StoreTests } from './scene.js'

export const sweepTests: StoreTests = {
  'finds nothing where nothing is to be done': async scene => {
    const empty = { due: [], handedBack: [], unknown: [], nextSendInMs: null }
    equal(await scene.store.sweep({ limit: 10, horizonMs: hourMs }), empty, 'a sweep of an empty store')
    const nothing = { oldestDueMs: null, oldestUnsentMs: null }
    equal(await scene.store.progress(), nothing, 'the progress of an empty store')
    const item = await scene.converse(ana, 'hi')
    await scene.record(item, { kind: 'sent' })
    equal(
      await scene.store.sweep({ limit: 10, horizonMs: hourMs }),
      empty,
      'a sweep after everything is done',
    )
    equal(await scene.store.progress(), nothing, 'the progress after everything is done')
  },

  'names what is due, the most overdue first': async scene => {
    const ids = []
    for (const person of [ana, ben, eva]) {
      ids.push((await scene.hear(person, 'hello')).conversationId)
      await scene.advance(5)
    }
    const { due } = await scene.store.sweep({ limit: 10, horizonMs: 0 })
    equal(
      due,
      ids.map(conversationId => ({ conversationId, dueInMs: 0 })),
      'what is due',
    )
    equal(
      (await scene.store.sweep({ limit: 2, horizonMs: 0 })).due.length,
      2,
      'what is due with a limit of two',
    )
    equal(await scene.due(), ids, 'what is due the next time: a sweep is no claim')
  },

  'names what will be due within the horizon': async scene => {
    const buffer = { quietMs: 20_000, maxWaitMs: 20_000, maxCount: 9 }
    const { conversationId } = await scene.hear(ana, 'hello', { buffer })
    equal(await scene.due(1000), [], 'what is due within a second')
    const { due } = await scene.store.sweep({ limit: 10, horizonMs: 30_000 })
    const found = only(due, 'what is due within thirty seconds')
    equal(found.conversationId, conversationId, 'the conversation')
    between(found.dueInMs, 1, 20_000, 'the time until then')
  },

  'names a leased conversation when the lease runs out': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    await scene.claim(conversationId, { leaseMs: 20_000 })
    equal(await scene.due(), [], 'what is due while a worker has it')
    equal((await scene.store.progress()).oldestDueMs, null, 'progress while a worker has it')
    const found = only((await scene.store.sweep({ limit: 10, horizonMs: 30_000 })).due, 'within the horizon')
    between(found.dueInMs, 1, 20_000, 'the time until the lease runs out')
    const { conversationId: bens } = await scene.hear(ben, 'hello')
    await scene.claim(bens, { leaseMs: 30 })
    await scene.advance(60)
    equal(await scene.due(), [bens], 'what is due after a worker died')
  },

  'names a released conversation at its time': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    await scene.release(await scene.claim(conversationId), { retryInMs: 30 })
    await scene.advance(60)
    equal(await scene.due(), [conversationId], 'what is due')
  },

  'holds its limit for each list': async scene => {
    for (const person of [ana, ben, eva]) await scene.tell(echoTo(person, 'hello'), { handoffIdleMs: 10 })
    await scene.advance(30)
    equal((await scene.store.sweep({ limit: 2, horizonMs: 0 })).handedBack.length, 2, 'the first sweep')
    equal((await scene.store.sweep({ limit: 2, horizonMs: 0 })).handedBack.length, 1, 'the second sweep')
  },

  'says how late it is': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    await scene.advance(50)
    between((await scene.store.progress()).oldestDueMs, 50, hourMs, 'how long the conversation has been due')
    await scene.answer(await scene.claim(conversationId))
    equal((await scene.store.progress()).oldestDueMs, null, 'after it was answered')

    const item = await scene.converse(ben, 'one')
    await scene.record(item, { kind: 'retry', afterMs: 40_000, error: 'x' })
    equal((await scene.store.progress()).oldestUnsentMs, null, 'while the next try is yet to come')
    const { send } = (await scene.store.addOperatorMessage({ conversationId }, operatorMessage('x'))) ?? {}
    if (send) await scene.record(send, { kind: 'retry', afterMs: 10, error: 'x' })
    await scene.advance(50)
    between((await scene.store.progress()).oldestUnsentMs, 40, hourMs, 'how long the next try is overdue')
    equal((await scene.claimSends()).length, 1, 'messages that are tried again')
    equal((await scene.store.progress()).oldestUnsentMs, null, 'while it is on its way')
  },

  'says how late a send is that never ended': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const result = await scene.commit(await scene.claim(conversationId), ['one'], { sendLeaseMs: 10 })
    kind(result, 'committed', 'the commit')
    await scene.advance(50)
    between((await scene.store.progress()).oldestUnsentMs, 40, hourMs, 'how long it has been overdue')
  },
}
