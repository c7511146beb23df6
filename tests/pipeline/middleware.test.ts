import { contentText } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { echo, embeddedBot } from './embedded-bot.js'

describe('middleware', () => {
  it('wraps the responder, outermost first, and may answer in its place', async () => {
    const order: string[] = []
    const { bot, write, clock, sent } = embeddedBot({ start: false })
    bot.use(async (turn, next) => {
      order.push('outer in')
      await next()
      const [part] = turn.answer?.parts ?? []
      order.push(`outer out: ${part && contentText(part)}`)
    })
    bot.use(async (turn, next) => {
      if (turn.text === 'stop') turn.answer = { parts: [{ type: 'text', text: 'Stopped.' }] }
      else await next()
    })
    bot.work()
    await write('stop')
    await clock.advance(2_000)
    expect(sent()).toEqual(['Stopped.'])
    expect(order).toEqual(['outer in', 'outer out: Stopped.'])
  })

  it('that forgets to wait for the responder does not lose its answer, nor its failure', async () => {
    let failures = 1
    const { bot, write, clock, sent, events } = embeddedBot({
      start: false,
      respond: async turn => {
        await new Promise<void>(resolve => turn.clock.after(50, resolve))
        if (failures-- > 0) throw new Error('on purpose')
        return echo(turn)
      },
    })
    bot.use((_turn, next) => {
      void next()
    })
    bot.work()
    await write('hello')
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: hello'])
    expect(events).toEqual(['turn failed 1', 'turn answered', 'sent by bot 1'])
  })

  it('may answer when what it wraps has failed', async () => {
    const { bot, write, clock, sent } = embeddedBot({
      start: false,
      respond: () => Promise.reject(new Error('on purpose')),
    })
    bot.use(async (turn, next) => {
      await next().catch(() => undefined)
      turn.answer = { parts: [{ type: 'text', text: 'Sorry.' }] }
    })
    bot.work()
    await write('hello')
    await clock.advance(10_000)
    expect(sent()).toEqual(['Sorry.'])
  })

  it('may answer before what it wraps has done so', async () => {
    const { bot, write, clock, sent, events } = embeddedBot({
      start: false,
      respond: async turn => {
        await new Promise<void>(resolve => turn.clock.after(20_000, resolve))
        throw new Error('too late to matter')
      },
    })
    bot.use(async (turn, next) => {
      const patience = new Promise<void>(resolve => turn.clock.after(5_000, resolve))
      await Promise.race([next(), patience])
      turn.answer ??= { parts: [{ type: 'text', text: 'One moment.' }] }
    })
    bot.work()
    await write('hello')
    await clock.advance(60_000)
    expect(sent()).toEqual(['One moment.'])
    expect(events).toEqual(['turn answered', 'sent by bot 1'])
  })

  it('that stays silent is silence, and the burst is dealt with', async () => {
    const { bot, write, clock, sent, events } = embeddedBot()
    bot.use(() => {})
    await write('hello')
    await clock.advance(60_000)
    expect(sent()).toEqual([])
    expect(events).toEqual(['turn silent'])
  })
})
