import { type EditEvent, type ReactionEvent, type RevokeEvent, replyWith } from '@switchboard/core'
import { scriptedModel } from '@switchboard/core/testing'
import { describe, expect, it } from 'vitest'
import { type EmbeddedBot, echo, embeddedBot, person } from './embedded-bot.js'

let unique = 0

/** Webhooks about the message of that provider id. */
function about({ bot, channel }: EmbeddedBot, targetId: string) {
  unique += 1
  const { content, type: _, ...base } = channel.text('', { from: person, id: `amendment-${unique}` })
  const send = (event: EditEvent | RevokeEvent | ReactionEvent) => bot.fetch(channel.request(event))
  return {
    edit: (text: string) =>
      send({ ...base, type: 'edit', targetId, content: { ...content, type: 'text', text } }),
    revoke: () => send({ ...base, type: 'revoke', targetId }),
    react: (emoji: string) => send({ ...base, type: 'reaction', targetId, emoji }),
  }
}

async function say({ bot, channel }: EmbeddedBot, text: string): Promise<string> {
  const message = channel.text(text, { from: person })
  await bot.fetch(channel.request(message))
  return message.providerId
}

/** Thinks for three seconds. */
const slow: typeof echo = async turn => {
  await new Promise<void>(resolve => turn.clock.after(3_000, resolve))
  return echo(turn)
}

describe('a message that is edited', () => {
  it('before it is answered, is answered as edited, a quiet second later', async () => {
    const scene = embeddedBot()
    const id = await say(scene, 'one tea')
    await scene.clock.advance(900)
    await about(scene, id).edit('one coffee')
    await scene.clock.advance(900)
    expect(scene.sent()).toEqual([])
    await scene.clock.advance(100)
    expect(scene.sent()).toEqual(['You said: one coffee'])
  })

  it('while the answer is being made, voids it', async () => {
    const scene = embeddedBot({ respond: slow })
    const id = await say(scene, 'one tea')
    await scene.clock.advance(2_000)
    await about(scene, id).edit('one coffee')
    await scene.clock.advance(10_000)
    expect(scene.sent()).toEqual(['You said: one coffee'])
    expect(scene.events).toEqual(['superseded 1', 'turn answered', 'sent by bot 1'])
  })

  it('after it was answered, is not answered again, but known', async () => {
    const model = scriptedModel([], { default: 'Yes.' })
    const scene = embeddedBot({ respond: replyWith(model) })
    const id = await say(scene, 'one tea')
    await scene.clock.advance(2_000)
    await about(scene, id).edit('one coffee')
    await about(scene, scene.channel.sent[0]?.providerId ?? '').react('👍')
    await scene.clock.advance(20_000)
    expect(scene.sent()).toEqual(['Yes.'])
    await say(scene, 'and a cake')
    await scene.clock.advance(2_000)
    expect(model.prompts[1]?.messages).toEqual([
      { role: 'user', text: 'one coffee' },
      { role: 'assistant', text: 'Yes.' },
      { role: 'user', text: '[reaction] 👍\nand a cake' },
    ])
  })
})

describe('a message that we react to', () => {
  it('has the reaction of the bot, and then that of the operator, which takes its place', async () => {
    const scene = embeddedBot({
      respond: async ({ burst }) => ({
        parts: [
          { type: 'reaction', targetId: burst.at(-1)?.providerId ?? '', emoji: '👍' },
          { type: 'text', text: 'Coming.' },
        ],
      }),
    })
    const id = await say(scene, 'one tea')
    await scene.clock.advance(2_000)
    const shown = async () => (await scene.bot.messages({ phone: person }))[0]?.reactions
    expect(await shown()).toEqual([{ by: 'bot', emoji: '👍' }])
    const content = { type: 'reaction', targetId: id, emoji: '❤️' } as const
    await scene.bot.sendAsOperator({ phone: person }, { content })
    expect(await shown()).toEqual([{ by: 'operator', emoji: '❤️' }])
    await scene.bot.sendAsOperator({ phone: person }, { content: { type: 'reaction', targetId: id } })
    expect(await shown()).toBeUndefined()
  })
})

describe('a message that is deleted for everyone', () => {
  it('before it is answered, is not answered', async () => {
    const scene = embeddedBot()
    const id = await say(scene, 'my secret')
    await about(scene, id).revoke()
    await scene.clock.advance(20_000)
    expect(scene.sent()).toEqual([])
    expect(scene.events).toEqual([])
    expect(JSON.stringify(await scene.bot.messages({ phone: person }))).not.toContain('secret')
    expect(await scene.bot.health()).toMatchObject({ ok: true, oldestDueMs: null })
  })

  it('while the answer is being made, takes the turn away', async () => {
    const scene = embeddedBot({ respond: slow })
    const id = await say(scene, 'my secret')
    await scene.clock.advance(2_000)
    await about(scene, id).revoke()
    await scene.clock.advance(20_000)
    expect(scene.sent()).toEqual([])
    expect(scene.events).toEqual(['turn lost'])
    await say(scene, 'hello')
    await scene.clock.advance(10_000)
    expect(scene.sent()).toEqual(['You said: hello'])
  })
})
