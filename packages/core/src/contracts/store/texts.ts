import type { Content } from '../../vocabulary/index.js'
import { equal, kind, ok, only } from '../assert.js'
import { ana, phone, textOf } from './events.js'
import { draft, operatorMessage, type StoreTests, wordsOf } from './scene.js'

const nul = '\u0000'
const loneHigh = '\ud83d'
const loneLow = '\ude00'

/** What a database may refuse, in every place where a text can be. */
export const textTests: StoreTests = {
  'stores texts with NUL and lone surrogates, cleaned': async scene => {
    const event = textOf(ana, `a${nul}b${loneHigh}c${loneLow}d😀`, { raw: { text: `${nul}${loneHigh}` } })
    const { conversationId } = await scene.tell(event)
    const message = only(await scene.messages(conversationId), 'messages')
    equal(message.text, 'a\ufffdb\ufffdc\ufffdd😀', 'the text')
    equal(message.content, { type: 'text', text: 'a\ufffdb\ufffdc\ufffdd😀' }, 'the content')
  },

  'cleans contents deep inside': async scene => {
    const contents: readonly Content[] = [
      { type: 'form', data: { [`ke${nul}y`]: [`va${loneHigh}lue`, { deep: nul }] } },
      { type: 'image', media: { id: `i${nul}d`, filename: `${loneLow}.jpg` }, caption: `c${nul}` },
      { type: 'contacts', contacts: [{ name: `n${nul}`, phones: [`+${loneHigh}`] }] },
    ]
    for (const content of contents) {
      const { conversationId } = await scene.tell(textOf(ana, '', { content }))
      const stored = JSON.stringify((await scene.messages(conversationId)).at(-1))
      ok(!stored.includes('\\u0000') && !stored.includes('\\ud83d'), `a ${content.type} is clean: ${stored}`)
      ok(stored.includes('\ufffd'), `a ${content.type} shows where something was: ${stored}`)
    }
  },

  'cleans names, ids and addresses, and still finds duplicates': async scene => {
    const person = { identities: [phone(`+34${nul}6`)], name: `An${loneHigh}a` }
    const event = textOf(person, 'hola', { providerId: `wamid${nul}1`, quotedId: `wamid${loneLow}0` })
    const { conversationId } = await scene.tell(event)
    equal(await scene.ingest(event), { kind: 'duplicate' }, 'the same event again')
    const conversation = await scene.store.findConversation({ conversationId })
    equal(conversation?.user?.name, 'An\ufffda', 'the name')
    equal(conversation?.peer.value, '+34\ufffd6', 'the address')
  },

  'cleans what the bot and the operator say': async scene => {
    const { conversationId } = await scene.hear(ana, 'hola')
    const { send } = await scene.answer(await scene.claim(conversationId), `re${nul}ply`)
    equal(wordsOf(send), 're\ufffdply', 'the reply that is sent')
    if (send) await scene.record(send, { kind: 'failed', error: `b${nul}ad ${loneHigh}` })
    const failed = (await scene.messages(conversationId)).at(-1)
    equal([failed?.text, failed?.error], ['re\ufffdply', 'b\ufffdad \ufffd'], 'the reply that is stored')
    const said = await scene.store.addOperatorMessage(
      { conversationId },
      operatorMessage(`he${loneLow}llo`, { by: `Op${nul}` }),
    )
    equal(said?.message.text, 'he\ufffdllo', "the operator's message")
  },

  'takes an error, a model and a form name with NUL': async scene => {
    const { conversationId } = await scene.hear(ana, 'hola')
    const turn = await scene.claim(conversationId)
    const { fence, readTo, attempt, claimedAt } = turn
    const error = `bro${nul}ken`
    const release = { conversationId, fence, readTo, attempt, claimedAt, next: 'park', error } as const
    kind(await scene.releaseOne(release), 'parked', 'a release with such an error')
    equal((await scene.store.listTurns({}))[0]?.error, 'bro\ufffdken', 'the error of the turn')
    await scene.hear(ana, 'more')
    const committed = await scene.commit(await scene.claim(conversationId), [draft(nul)], {
      model: `m${nul}`,
    })
    kind(committed, 'committed', 'a commit with such a model')
  },

  'keeps long and many-voiced texts whole': async scene => {
    const long = `${'0123456789'.repeat(6_553)}ñ你好🏳️‍🌈`
    const { conversationId } = await scene.hear(ana, long)
    equal((await scene.messages(conversationId))[0]?.text, long, 'a text of 64 kB')
  },
}
