import type { OutboundTemplate } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { embeddedBot, person } from './embedded-bot.js'

const dayMs = 24 * 3_600_000
const template: OutboundTemplate = { type: 'template', name: 'again', language: 'en', text: 'Are you there?' }

function windowBot(options: Parameters<typeof embeddedBot>[0] = {}) {
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

describe('a receipt that says that the window was closed', () => {
  const closed = { code: '131047', message: 'too late', scope: 'window' } as const
  const parts = ['one', 'two', 'three'].map(text => ({ type: 'text', text }) as const)

  /** Everything that was sent since the last look is refused, in any order. */
  function refusing(embedded: ReturnType<typeof windowBot>) {
    const { bot, channel, clock } = embedded
    let seen = 0
    return async ({ reversed = false } = {}) => {
      const sent = channel.sent.slice(seen)
      seen = channel.sent.length
      const receipts = sent.map(message => channel.status('failed', message, closed))
      await bot.fetch(channel.request(...(reversed ? receipts.reverse() : receipts)))
      await clock.advance(0)
      return receipts
    }
  }

  it('parks the answer in all its parts, and lets it go in order when the customer writes', async () => {
    const embedded = windowBot({ respond: ({ text }) => (text === 'hello' ? { parts } : 'new') })
    const { bot, clock, channel, write, statuses, events, sent } = embedded
    const refuse = refusing(embedded)
    await write('hello')
    await clock.advance(5_000)
    const receipts = await refuse({ reversed: true })
    expect(await statuses()).toEqual(['parked', 'parked', 'parked'])
    expect(events.slice(-3)).toEqual(Array(3).fill('parked window bot'))
    await clock.advance(60_000)
    expect(sent()).toHaveLength(3)

    await write('are you there?')
    await bot.fetch(channel.request(...receipts))
    await clock.advance(5_000)
    expect(sent().slice(3)).toEqual(['one', 'two', 'three', 'new'])
    await bot.fetch(channel.request(...receipts))
    expect(await statuses()).toEqual(['sent', 'sent', 'sent', 'sent'])
    const second = channel.sent.slice(3).map(message => channel.status('read', message))
    await bot.fetch(channel.request(...second))
    expect(await statuses()).toEqual(['read', 'read', 'read', 'read'])
    expect(events).not.toContain('status failed')
  })

  it('is believed when it comes before the answer to the send', async () => {
    const { bot, clock, channel, write, statuses, events } = windowBot()
    channel.scriptSends({ kind: 'sent', providerId: 'early', delayMs: 500 })
    await write('hello')
    await clock.advance(1_200)
    const { id } = channel.attempts[0] ?? { id: '' }
    await bot.fetch(channel.request(channel.status('failed', { id, providerId: 'early' } as never, closed)))
    await clock.advance(1_000)
    expect(await statuses()).toEqual(['parked'])
    expect(events.filter(event => event.startsWith('parked') || event.startsWith('sent'))).toEqual([
      'parked window bot',
    ])
  })

  it('is told of with the answer to the send when it knows the provider id alone', async () => {
    const { bot, clock, channel, write, statuses, events } = windowBot()
    channel.scriptSends({ kind: 'sent', providerId: 'early', delayMs: 500 })
    await write('hello')
    await clock.advance(1_200)
    await bot.fetch(channel.request(channel.status('failed', { providerId: 'early' } as never, closed)))
    await clock.advance(1_000)
    expect(await statuses()).toEqual(['parked'])
    expect(events.at(-1)).toBe('parked window bot')
    expect(events).not.toContain('sent by bot 1')
  })

  it('lets a person release the message, which is refused again and waits again', async () => {
    const embedded = windowBot()
    const { bot, clock, statuses, sent } = embedded
    const refuse = refusing(embedded)
    const { id } = await bot.sendAsOperator({ phone: person }, { content: template })
    await refuse()
    expect(await statuses()).toEqual(['parked'])
    for (const attempts of [2, 3]) {
      expect(await bot.release({ phone: person })).toEqual([id])
      await clock.advance(100)
      expect(sent()).toHaveLength(attempts)
      await refuse()
      expect(await statuses()).toEqual(['parked'])
    }
  })

  it('brings the configured template in its place at once, one for the whole answer', async () => {
    const embedded = windowBot({ respond: () => ({ parts }), window: { template: () => template } })
    const { clock, channel, write, statuses, events } = embedded
    const refuse = refusing(embedded)
    await write('hello')
    await clock.advance(5_000)
    await refuse()
    expect(channel.sent.slice(3).map(({ content }) => content)).toEqual([template])
    expect(await statuses()).toEqual(['sent', 'parked', 'parked'])
    expect(events.filter(event => event.startsWith('parked'))).toHaveLength(2)
    await clock.advance(dayMs)
    expect(channel.sent).toHaveLength(4)
  })

  it('never loops: a template that is refused as well waits', async () => {
    const embedded = windowBot({ window: { template: () => template } })
    const { clock, channel, write, statuses } = embedded
    const refuse = refusing(embedded)
    await write('hello')
    await clock.advance(5_000)
    await refuse()
    expect(channel.sent).toHaveLength(2)
    await refuse()
    await clock.advance(60_000)
    expect(channel.sent).toHaveLength(2)
    expect(await statuses()).toEqual(['parked'])
  })

  it('parks it when there is no template for it', async () => {
    const embedded = windowBot({ window: { template: () => undefined } })
    const { clock, channel, write, statuses, events } = embedded
    await write('hello')
    await clock.advance(5_000)
    await refusing(embedded)()
    await clock.advance(60_000)
    expect(channel.sent).toHaveLength(1)
    expect(await statuses()).toEqual(['parked'])
    expect(events.filter(event => event.startsWith('parked'))).toEqual(['parked window bot'])
  })

  it('of a message that a person has taken over since sends nothing more', async () => {
    const embedded = windowBot()
    const { bot, clock, write, statuses, sent } = embedded
    await write('hello')
    await clock.advance(5_000)
    await bot.takeOver({ phone: person })
    await refusing(embedded)()
    expect(await statuses()).toEqual(['cancelled'])
    await write('hello?')
    await clock.advance(10_000)
    expect(sent()).toHaveLength(1)
  })
})

describe('what is parked', () => {
  it('leaves at once when the customer writes, without a sweep', async () => {
    const { bot, clock, write, sent } = windowBot({ sweepMs: dayMs })
    await clock.advance(10)
    await bot.sendAsOperator({ phone: person }, { text: 'News!' })
    await write('hello')
    await clock.advance(0)
    expect(sent()).toEqual(['News!'])
  })

  it('is left to those who work: a process that only takes webhooks sends nothing', async () => {
    const { bot, clock, write, sent } = windowBot({ start: false })
    await bot.sendAsOperator({ phone: person }, { text: 'News!' })
    await write('hello')
    await clock.advance(60_000)
    expect(sent()).toEqual([])
    bot.work()
    await clock.advance(10)
    expect(sent()).toEqual(['News!'])
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
