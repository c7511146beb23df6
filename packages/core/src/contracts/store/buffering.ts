import { between, equal, kind } from '../assert.js'
import { ana, ben, phone, textOf } from './events.js'
import { ingestOptions, type StoreTests, texts } from './scene.js'

export const bufferingTests: StoreTests = {
  'waits for the quiet window': async scene => {
    const buffer = { quietMs: 150, maxWaitMs: 60_000, maxCount: 100 }
    const { conversationId, dueInMs } = await scene.hear(ana, 'one', { buffer })
    equal(dueInMs, 150, 'when the conversation is due')
    await scene.advance(200)
    equal(texts((await scene.claim(conversationId)).burst), ['one'], 'the burst')
  },

  'does not give a burst away before it is due': async scene => {
    const buffer = { quietMs: 30_000, maxWaitMs: 60_000, maxCount: 100 }
    const { conversationId } = await scene.hear(ana, 'one', { buffer })
    const later = kind(await scene.tryClaim(conversationId), 'later', 'a claim before the time')
    between(later.dueInMs, 1, 30_000, 'when to come again')
  },

  'starts the quiet window anew with each message': async scene => {
    const buffer = { quietMs: 30_000, maxWaitMs: 600_000, maxCount: 100 }
    const { conversationId } = await scene.hear(ana, 'one', { buffer })
    await scene.advance(100)
    const { dueInMs } = await scene.hear(ana, 'two', { buffer })
    equal(dueInMs, 30_000, 'when the conversation is due after the second message')
    const later = kind(await scene.tryClaim(conversationId), 'later', 'a claim')
    between(later.dueInMs, 20_000, 30_000, 'when to come again')
  },

  'never waits longer than the maximum': async scene => {
    const buffer = { quietMs: 50_000, maxWaitMs: 60_000, maxCount: 100 }
    await scene.hear(ana, 'one', { buffer })
    await scene.advance(120)
    const { dueInMs } = await scene.hear(ana, 'two', {
      ...ingestOptions,
      buffer: { ...buffer, maxWaitMs: 50_000 },
    })
    between(dueInMs, 0, 49_880, 'when the conversation is due after the second message')
    const late = await scene.hear(ana, 'three', { buffer: { ...buffer, maxWaitMs: 100 } })
    equal(late.dueInMs, 0, 'when the conversation is due once the maximum has passed')
  },

  'ends a burst at its maximum count': async scene => {
    const buffer = { quietMs: 30_000, maxWaitMs: 60_000, maxCount: 3 }
    equal((await scene.hear(ana, 'one', { buffer })).dueInMs, 30_000, 'due after one message')
    equal((await scene.hear(ana, 'two', { buffer })).dueInMs, 30_000, 'due after two')
    const { conversationId, dueInMs } = await scene.hear(ana, 'three', { buffer })
    equal(dueInMs, 0, 'due after three')
    equal(texts((await scene.claim(conversationId)).burst), ['one', 'two', 'three'], 'the burst')
  },

  'counts the messages of one call like those of several': async scene => {
    const buffer = { quietMs: 30_000, maxWaitMs: 60_000, maxCount: 3 }
    const events = [textOf(ana, 'one'), textOf(ben, 'other'), textOf(ana, 'two'), textOf(ana, 'three')]
    const results = await scene.store.ingest(events, { ...ingestOptions, buffer })
    const dues = results.map(result => kind(result, 'stored', 'each event').dueInMs)
    equal([dues[1], dues[3]], [30_000, 0], 'when the conversations are due after their last messages')
  },

  'starts a burst at its first unread message, not at an answered one': async scene => {
    const { conversationId } = await scene.hear(ana, 'one')
    await scene.answer(await scene.claim(conversationId), 'hi')
    await scene.advance(120)
    const { dueInMs } = await scene.hear(ana, 'two', {
      buffer: { quietMs: 100, maxWaitMs: 100, maxCount: 2 },
    })
    equal(dueInMs, 100, 'when the conversation is due')
  },

  'lets messages that came during a turn make the next burst': async scene => {
    const { conversationId } = await scene.hear(ana, 'one')
    const turn = await scene.claim(conversationId)
    await scene.advance(120)
    const buffer = { quietMs: 30_000, maxWaitMs: 60_000, maxCount: 100 }
    await scene.hear(ana, 'two', { buffer })
    const committed = kind(
      await scene.commit(turn, ['answer'], { acceptNewer: true }),
      'committed',
      'a commit that accepts newer messages',
    )
    between(committed.dueInMs, 20_000, 30_000, 'when the next burst is due')
    const { dueInMs } = await scene.hear(ana, 'three', { buffer: { ...buffer, maxWaitMs: 30_000 } })
    between(dueInMs, 20_000, 30_000, 'the maximum wait from the first message that is still unread')
    const last = await scene.hear(ana, 'four', { buffer: { quietMs: 0, maxWaitMs: 0, maxCount: 9 } })
    equal(last.dueInMs, 0, 'due at once')
    equal(texts((await scene.claim(conversationId)).burst), ['two', 'three', 'four'], 'the next burst')
  },

  'keeps two thousand people waiting without mixing them up': async scene => {
    const people = Array.from({ length: 2_000 }, (_, index) => ({
      identities: [phone(`+346${index + 10 ** 7}`)],
    }))
    const buffer = { quietMs: 3_600_000, maxWaitMs: 3_600_000, maxCount: 100 }
    const waiting = people.map(person => textOf(person, 'later'))
    await scene.store.ingest(waiting, { ...ingestOptions, buffer })
    const { conversationId } = await scene.hear(ana, 'now')
    equal(await scene.due(), [conversationId], 'what is due among them')
  },
}
