import { equal, kind, ok } from '../assert.js'
import { ana, phone, reactionOf, receiptOf, textOf, uniqueId } from './events.js'
import { draft, type Scene, type StoreTests, texts } from './scene.js'

/** Hears one message, lets `newer` others come before the reply is committed, and says whether the reply quotes. */
async function quotesAfter(scene: Scene, newer: number, quote: { always: boolean; whenNewer: number }) {
  const person = { identities: [phone(uniqueId('+34'))] }
  const question = textOf(person, 'question')
  const { providerId } = question
  const { conversationId } = await scene.tell(question)
  const turn = await scene.claim(conversationId)
  for (let count = 1; count <= newer; count++) await scene.hear(person, `newer ${count}`)
  const reply = draft('answer', { ...quote, providerId })
  const result = await scene.commit(turn, [reply], { acceptNewer: true })
  const quotedId = kind(result, 'committed', 'the commit').send?.message.quotedId
  equal((await scene.messages(conversationId)).at(-1)?.quotedId, quotedId, 'the quote that is stored')
  ok(quotedId === undefined || quotedId === providerId, 'only the message meant is quoted')
  return quotedId !== undefined
}

export const versionTests: StoreTests = {
  'voids a reply when a newer message came, and answers both': async scene => {
    const { conversationId } = await scene.hear(ana, 'a coffee')
    const first = await scene.claim(conversationId)
    await scene.hear(ana, 'no, a tea')
    const result = kind(await scene.commit(first, ['a coffee then']), 'superseded', 'the commit')
    equal(result.dueInMs, 0, 'when the longer burst is due')
    const second = await scene.claim(conversationId)
    equal(texts(second.burst), ['a coffee', 'no, a tea'], 'the longer burst')
    equal([second.voids, second.attempt], [1, 1], 'voids and attempt')
    ok(second.version > first.version, 'the version has grown')
    kind(await scene.commit(first, ['a coffee then']), 'lost', 'the voided reply again')
    await scene.answer(second, 'a tea then')
    equal(texts(await scene.messages(conversationId)).slice(2), ['a tea then'], 'the replies')
    await scene.hear(ana, 'thanks')
    equal((await scene.claim(conversationId)).voids, 0, 'voids of the next burst')
  },

  'counts voids, and forgets the attempts with each': async scene => {
    const { conversationId } = await scene.hear(ana, '1')
    await scene.release(await scene.claim(conversationId), { retryInMs: 0 })
    for (const voids of [0, 1, 2]) {
      const turn = await scene.claim(conversationId)
      equal([turn.voids, turn.attempt], [voids, voids === 0 ? 2 : 1], `voids and attempt after ${voids}`)
      await scene.hear(ana, 'more')
      kind(await scene.commit(turn, ['reply']), 'superseded', 'a commit after a newer message')
    }
  },

  'commits in spite of newer messages when told so': async scene => {
    const { conversationId } = await scene.hear(ana, 'one')
    const turn = await scene.claim(conversationId)
    await scene.hear(ana, 'two')
    const result = await scene.commit(turn, ['to one'], { acceptNewer: true })
    equal(kind(result, 'committed', 'the commit').dueInMs, 0, 'when the newer message is due')
    equal(texts((await scene.claim(conversationId)).burst), ['two'], 'the next burst')
  },

  'voids nothing for what needs no answer': async scene => {
    const event = textOf(ana, 'one')
    const { conversationId } = await scene.tell(event)
    const turn = await scene.claim(conversationId)
    equal(await scene.ingest(event), { kind: 'duplicate' }, 'a redelivery')
    await scene.tell(reactionOf(ana, 'wamid.x'))
    await scene.tell(textOf(ana, '', { content: { type: 'system', text: 'changed' } }))
    await scene.tell(textOf(ana, 'old', { history: true, sentAt: 1_000_000 }))
    await scene.ingest(receiptOf('wamid.unknown', 'read'))
    kind(await scene.commit(turn, ['reply']), 'committed', 'the commit')
  },

  'quotes always when told so': async scene => {
    equal(await quotesAfter(scene, 0, { always: true, whenNewer: 5 }), true, 'a quote without newer messages')
  },

  'quotes when enough newer messages came': async scene => {
    for (const newer of [0, 1, 2, 3]) {
      const quotes = await quotesAfter(scene, newer, { always: false, whenNewer: 2 })
      equal(quotes, newer >= 2, `a quote after ${newer} newer messages`)
    }
  },

  'counts what anybody said since, and nothing else, before it quotes': async scene => {
    const providerId = uniqueId('provider')
    const quote = { providerId, always: false, whenNewer: 2 }
    const { conversationId } = await scene.hear(ana, 'one')
    const first = await scene.claim(conversationId)
    await scene.tell(textOf(ana, 'two', { providerId }))
    await scene.commit(first, ['to one'], { acceptNewer: true })
    const second = await scene.claim(conversationId)
    await scene.tell(reactionOf(ana, 'wamid.x'))
    await scene.tell(textOf(ana, 'old', { history: true, sentAt: 1_000_000 }))
    const one = await scene.commit(second, [
      draft('to two', quote),
      draft('and more', { ...quote, whenNewer: 1 }),
    ])
    kind(one, 'committed', 'the commit')
    const quotes = (await scene.messages(conversationId)).slice(-2).map(message => message.quotedId)
    equal(quotes, [undefined, providerId], "what the replies quote after one message, the bot's own")
  },
}
