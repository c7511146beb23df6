import { equal, kind, ok } from '../assert.js'
import { ana, ben, channel, echoTo, textOf, uniqueId } from './events.js'
import { hourMs, type Scene, type StoreTests, texts } from './scene.js'

const group = { chat: { kind: 'group', id: 'group-1' }, sender: ana } as const

/** What Ana says in the group. */
const said = (text: string) => textOf(ana, text, group)

/** A message of ours in the group, as the provider knows it. */
async function ourMessage(scene: Scene): Promise<string> {
  const { conversationId } = await scene.tell(said('hello bot'))
  const { send } = await scene.answer(await scene.claim(conversationId), 'yes?')
  const providerId = uniqueId('wamid')
  ok(send, 'the reply leaves at once')
  await scene.record(send, { kind: 'sent', providerId })
  return providerId
}

export const addressingTests: StoreTests = {
  'keeps what is not for the bot and does not answer it': async scene => {
    const { conversationId, dueInMs } = await scene.tell({ ...said('lunch?'), forBot: false })
    equal(dueInMs, null, 'when the conversation is due')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
    await scene.tell(said('bot, where?'))
    const turn = await scene.claim(conversationId)
    await scene.tell({ ...said('or dinner?'), forBot: false })
    equal([texts(turn.burst), texts(turn.history)], [['bot, where?'], ['lunch?']], 'burst and history')
    kind(await scene.commit(turn, ['at the inn']), 'committed', 'a reply that nothing voids')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation afterwards')
    equal(
      texts(await scene.messages(conversationId)),
      ['lunch?', 'bot, where?', 'or dinner?', 'at the inn'],
      'all messages',
    )
  },

  'answers what may be for the bot if it quotes a message of ours': async scene => {
    const quotedId = await ourMessage(scene)
    const other = said('not to you')
    const { conversationId, dueInMs } = await scene.tell({ ...other, forBot: 'if-quoted' })
    equal(dueInMs, null, 'when it is due after a message without a quote')
    const quotes = [other.providerId, uniqueId('unknown')]
    for (const id of quotes) {
      await scene.tell({ ...said('nor this'), quotedId: id, forBot: 'if-quoted' })
      kind(await scene.tryClaim(conversationId), 'idle', 'after a quote of something else')
    }
    const result = await scene.tell({ ...said('you meant noon?'), quotedId, forBot: 'if-quoted' })
    equal(result.dueInMs, 0, 'when it is due after a quote of our message')
    equal(texts((await scene.claim(conversationId)).burst), ['you meant noon?'], 'the burst')
  },

  'knows our message on its own account and channel only': async scene => {
    const quotedId = await ourMessage(scene)
    for (const changes of [{ account: 'account-2' }, { channel: `${channel}-2` }]) {
      const { dueInMs } = await scene.tell({
        ...said('hello'),
        ...changes,
        quotedId,
        forBot: 'if-quoted',
      })
      equal(dueInMs, null, 'when it is due')
    }
  },

  'takes an echo for a takeover, whoever it is for, and leaves it to the customers to end it':
    async scene => {
      const { conversationId, handoffChange } = await scene.tell(
        { ...echoTo(ben, 'I am here', { chat: group.chat }), forBot: false },
        { handoffIdleMs: 20 },
      )
      equal(handoffChange?.state, 'human', 'who speaks after an echo')
      await scene.advance(50)
      const aside = await scene.tell({ ...said('lunch?'), forBot: false })
      equal(aside.handoffChange, undefined, 'the handoff after a message that is not for the bot')
      const { handoffChange: back } = await scene.tell(said('bot?'), { handoffIdleMs: hourMs })
      equal(back?.state, 'bot', 'who speaks after one that is')
      equal(texts((await scene.claim(conversationId)).burst), ['bot?'], 'the burst')
    },
}
