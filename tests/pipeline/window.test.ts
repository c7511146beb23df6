import type { BotOptions, OutboundTemplate } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { embeddedBot, person } from './embedded-bot.js'

const dayMs = 24 * 3_600_000
const template: OutboundTemplate = { type: 'template', name: 'again', language: 'en', text: 'Are you there?' }

function windowBot(options: Partial<BotOptions> = {}) {
  const embedded = embeddedBot(options)
  Object.assign(embedded.channel, { windowMs: dayMs })
  embedded.bot.on(
    'message.parked',
    ({ reason, author }) => void (embedded.events as string[]).push(`parked ${reason} ${author}`),
  )
  const statuses = async () =>
    (await embedded.bot.messages({ phone: person })).flatMap(({ status }) => status ?? [])
  return { ...embedded, statuses }
}

describe('outside of the window', () => {
  it("an operator's message is not tried: it waits, and goes out when the customer writes", async () => {
    const { bot, clock, channel, write, statuses, events } = windowBot()
    await write('hello')
    await clock.advance(dayMs)
    expect((await bot.sendAsOperator({ phone: person }, { text: 'News!' })).status).toBe('parked')
    expect(channel.attempts).toHaveLength(1)
    expect(events.at(-1)).toBe('parked window operator')
    await write('anything new?')
    await clock.advance(10_000)
    expect(channel.sent.at(-1)?.text).toBe('News!')
    expect(await statuses()).toEqual(['sent', 'sent'])
  })

  it('a person who never wrote gets no message, but a template', async () => {
    const { bot, channel } = windowBot()
    expect((await bot.sendAsOperator({ phone: person }, { text: 'Hi' })).status).toBe('parked')
    expect((await bot.sendAsOperator({ phone: person }, { content: template })).status).toBe('sent')
    expect(channel.sent.map(({ content }) => content.type)).toEqual(['template'])
  })

  it('a person may let a message go all the same, once', async () => {
    const { bot, clock, channel } = windowBot()
    const { id } = await bot.sendAsOperator({ phone: person }, { text: 'Hi' })
    expect(await bot.release({ phone: person })).toEqual([id])
    await clock.advance(100)
    expect(channel.sent.map(({ text }) => text)).toEqual(['Hi'])
    expect(await bot.release({ phone: person })).toEqual([])
    await expect(bot.release({ conversation: 'none' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('a late reply of the bot waits too, in all its parts', async () => {
    const parts = ['one', 'two'].map(text => ({ type: 'text', text }) as const)
    const { bot, clock, channel, statuses } = windowBot({ respond: () => ({ parts }) })
    const late = channel.text('hello', { from: person })
    await bot.fetch(channel.request({ ...late, sentAt: clock.now() - dayMs }))
    await clock.advance(5_000)
    expect(channel.attempts).toEqual([])
    expect(await statuses()).toEqual(['parked', 'parked'])
  })

  it('the configured template goes out in its place, once; the rest of the answer waits', async () => {
    const parts = ['one', 'two'].map(text => ({ type: 'text', text }) as const)
    const { bot, clock, channel, statuses } = windowBot({
      respond: () => ({ parts }),
      window: { template: () => template },
    })
    const late = channel.text('hello', { from: person })
    await bot.fetch(channel.request({ ...late, sentAt: clock.now() - dayMs }))
    await clock.advance(5_000)
    expect(channel.sent.map(({ content }) => content)).toEqual([template])
    expect(await statuses()).toEqual(['sent', 'parked'])
    expect((await bot.messages({ phone: person })).map(({ text }) => text)).toEqual([
      'hello',
      'Are you there?',
      'two',
    ])
  })

  it('what the provider says counts more than what the bot knows', async () => {
    const { clock, channel, write, statuses } = windowBot()
    channel.scriptSends({ kind: 'refused', scope: 'window', providerCode: '131047' })
    await write('hello')
    await clock.advance(5_000)
    expect(await statuses()).toEqual(['parked'])
    await write('hello again')
    await clock.advance(10_000)
    expect(await statuses()).toEqual(['sent', 'sent'])
  })

  it('a template that cannot be made parks the message', async () => {
    const window = {
      template(): OutboundTemplate {
        throw new Error('no such template')
      },
    }
    const { bot, events } = windowBot({ window })
    expect((await bot.sendAsOperator({ phone: person }, { text: 'Hi' })).status).toBe('parked')
    expect(events).toContain('error in the template of the window')
  })

  it('a takeover cancels what the bot has parked', async () => {
    const { bot, clock, channel, statuses } = windowBot()
    const late = channel.text('hello', { from: person })
    await bot.fetch(channel.request({ ...late, sentAt: clock.now() - dayMs }))
    await clock.advance(5_000)
    await bot.takeOver({ phone: person })
    expect(await statuses()).toEqual(['cancelled'])
  })
})

describe('within the window, and on channels without one', () => {
  it('everything is sent', async () => {
    const { bot, clock, write, statuses } = windowBot()
    await write('hello')
    await clock.advance(dayMs - 3_600_000)
    await bot.sendAsOperator({ phone: person }, { text: 'in time' })
    expect(await statuses()).toEqual(['sent', 'sent'])

    const unlimited = embeddedBot()
    expect((await unlimited.bot.sendAsOperator({ phone: person }, { text: 'Hi' })).status).toBe('sent')
  })
})
