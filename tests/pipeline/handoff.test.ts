import type { Responder } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { echo, embeddedBot, person } from './embedded-bot.js'

const slowEcho: Responder = async turn => {
  await new Promise<void>(resolve => turn.clock.after(3_000, resolve))
  return echo(turn)
}

describe('a takeover', () => {
  it('while the answer is being made: it is not sent', async () => {
    const { bot, write, clock, sent, events } = embeddedBot({ respond: slowEcho })
    await write('hello')
    await clock.advance(2_000)
    await bot.takeOver({ phone: person })
    await clock.advance(20_000)
    expect(sent()).toEqual([])
    expect(events).toEqual(['human by api', 'turn lost'])
  })

  it('interrupts the responder at once, also when all listeners have been taken off', async () => {
    let interrupted = false
    const { bot, write, clock } = embeddedBot({
      respond: async turn => {
        turn.signal.addEventListener('abort', () => {
          interrupted = true
        })
        return slowEcho(turn)
      },
    })
    bot.off('handoff.changed')
    await write('hello')
    await clock.advance(2_000)
    await bot.takeOver({ phone: person })
    expect(interrupted).toBe(true)
  })

  it('before the burst is due: the bot keeps silent, also to what comes later', async () => {
    const { bot, write, clock, sent } = embeddedBot()
    await write('hello')
    await bot.takeOver({ phone: person })
    await write('anybody?')
    await clock.advance(60_000)
    expect(sent()).toEqual([])
  })

  it('while a refused reply waits for its retry: it is never sent', async () => {
    const { bot, write, clock, channel, sent } = embeddedBot()
    channel.scriptSends({ kind: 'refused', retryable: true, retryAfterMs: 5_000 })
    await write('hello')
    await clock.advance(2_000)
    await bot.takeOver({ phone: person })
    await clock.advance(60_000)
    expect(sent()).toEqual([])
    expect((await bot.messages({ phone: person })).at(-1)?.status).toBe('cancelled')
  })

  it('works for somebody who has never written', async () => {
    const { bot, write, clock, sent } = embeddedBot()
    await bot.takeOver({ phone: '+1 202 555 0123' })
    await write('first words')
    await clock.advance(5_000)
    expect(sent()).toEqual([])
  })

  it('refuses what is no phone and what is no conversation', async () => {
    const { bot } = embeddedBot()
    await expect(bot.takeOver({ phone: 'Alex' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(bot.takeOver({ conversation: 'nope' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(bot.takeOver({ phone: person, channel: 'fax' })).rejects.toThrow('there are: fake')
  })
})

describe('a handback', () => {
  it('lets the bot answer again, but not what was said meanwhile', async () => {
    const { bot, write, clock, sent } = embeddedBot()
    await bot.takeOver({ phone: person })
    await write('for the person')
    await clock.advance(2_000)
    await bot.handBack({ phone: person })
    await clock.advance(5_000)
    expect(sent()).toEqual([])
    await write('for the bot')
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: for the bot'])
  })

  it('comes by itself when nobody of the business wrote for the idle time', async () => {
    const { bot, write, clock, sent, events } = embeddedBot({ handoffIdleMs: 60_000 })
    await bot.takeOver({ phone: person })
    await clock.advance(50_000)
    await bot.sendAsOperator({ phone: person }, { text: 'I am on it' })
    await clock.advance(50_000)
    await write('too early for the bot')
    await clock.advance(5_000)
    expect(sent()).toEqual(['I am on it'])
    await clock.advance(20_000)
    await write('hello bot')
    await clock.advance(2_000)
    expect(sent()).toEqual(['I am on it', 'You said: hello bot'])
    expect(events).toContain('bot by idle')
  })

  it('never comes by itself when the idle time is null', async () => {
    const { bot, write, clock, sent } = embeddedBot({ handoffIdleMs: null })
    await bot.takeOver({ phone: person })
    await clock.advance(2 * 3_600_000)
    await write('hello')
    await clock.advance(5_000)
    expect(sent()).toEqual([])
  })
})

describe('an operator', () => {
  it('who writes through the SDK takes over', async () => {
    const { bot, write, clock, sent, events } = embeddedBot({ respond: slowEcho })
    await write('hello')
    await clock.advance(2_000)
    const message = await bot.sendAsOperator({ phone: person }, { text: 'Hello, Ana here', by: 'ana' })
    await clock.advance(20_000)
    expect(sent()).toEqual(['Hello, Ana here'])
    expect(message).toMatchObject({ author: 'operator', status: 'sent', text: 'Hello, Ana here' })
    expect(message.providerId).toBeDefined()
    expect(events).toContain('human by operator')
  })

  it('who writes on the phone takes over', async () => {
    const { bot, channel, write, clock, sent, events } = embeddedBot({ respond: slowEcho })
    await write('hello')
    await clock.advance(2_000)
    await bot.fetch(channel.request(channel.echo('Ana here', { to: person })))
    await clock.advance(20_000)
    await write('thanks')
    await clock.advance(20_000)
    expect(sent()).toEqual([])
    expect(events).toEqual(['human by echo', 'turn lost'])
  })

  it('sends one message however often the same id comes', async () => {
    const { bot, sent } = embeddedBot()
    const write = () => bot.sendAsOperator({ phone: person }, { text: 'once', id: 'note-1' })
    await Promise.all([write(), write()])
    await write()
    expect(sent()).toEqual(['once'])
  })

  it('may quote', async () => {
    const { bot, channel } = embeddedBot()
    await bot.sendAsOperator({ phone: person }, { text: 'this one', quotedId: 'wamid.7' })
    expect(channel.sent[0]?.quotedId).toBe('wamid.7')
  })

  it('sends anything else that an operator gives, and refuses what is nothing', async () => {
    const { bot, channel } = embeddedBot()
    const content = {
      type: 'document',
      media: { url: 'https://shop.example/list.pdf' },
      caption: 'Prices',
    } as const
    expect(await bot.sendAsOperator({ phone: person }, { content })).toMatchObject({
      text: 'Prices',
      content,
    })
    expect(channel.sent[0]?.content).toEqual(content)
    const preview = { type: 'text', text: '**as it is** https://shop.example', linkPreview: true } as const
    await bot.sendAsOperator({ phone: person }, { content: preview })
    expect(channel.sent[1]?.content).toEqual(preview)
    const nothing: readonly unknown[] = [
      {},
      { text: 7 },
      { content: { type: 'text', text: ' ' } },
      { content: 'text' },
      { content: {} },
      { text: 'a', content },
    ]
    for (const message of nothing) {
      const sent = bot.sendAsOperator({ phone: person }, message as { text: string })
      await expect(sent).rejects.toMatchObject({ code: 'invalid_input' })
    }
    expect(channel.attempts).toHaveLength(2)
  })

  it('is told when there is nothing to send', async () => {
    const { bot } = embeddedBot()
    await expect(bot.sendAsOperator({ phone: person }, { text: ' \u0000'.trim() })).resolves.toBeDefined()
    await expect(bot.sendAsOperator({ phone: person }, { text: ' \n' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})
