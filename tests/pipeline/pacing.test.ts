import type { SendLimits } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { embeddedBot, person } from './embedded-bot.js'

const other = '+12025550199'

function limitedBot(limits: SendLimits, options: Parameters<typeof embeddedBot>[0] = {}) {
  const embedded = embeddedBot(options)
  Object.assign(embedded.channel, { limits })
  return embedded
}

const several = (count: number) => ({
  parts: Array.from({ length: count }, (_, index) => ({ type: 'text', text: `${index + 1}` }) as const),
})

describe('a channel with limits', () => {
  it('gets the messages of one account no faster than it takes them, and all of them', async () => {
    const { bot, clock, channel, sent, events } = limitedBot({ account: { burst: 5, everyMs: 100 } })
    const times: number[] = []
    const { send } = channel
    Object.assign(channel, {
      send(...call: Parameters<typeof send>) {
        times.push(clock.now())
        return send(...call)
      },
    })
    const people = Array.from({ length: 60 }, (_, index) => `+1202555${1_000 + index}`)
    await bot.fetch(channel.request(...people.map(from => channel.text('hello', { from }))))
    await clock.advance(60_000)
    expect(sent()).toHaveLength(60)
    expect(events.filter(event => event.startsWith('again'))).toEqual([])
    for (const [index, time] of times.entries()) {
      const before = times[index - 5]
      if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(99)
    }
  })

  it('sends to one person at that pace, while others go on', async () => {
    const limits = { recipient: { burst: 2, everyMs: 6_000 } }
    const { bot, clock, channel } = limitedBot(limits, {
      respond: turn => several(turn.text === 'much' ? 4 : 1),
    })
    await bot.fetch(channel.request(channel.text('much', { from: person })))
    await clock.advance(1_500)
    await bot.fetch(channel.request(channel.text('little', { from: other })))
    await clock.advance(1_500)
    expect(channel.sent.map(({ to, text }) => [to.value, text])).toEqual([
      [person, '1'],
      [person, '2'],
      [other, '1'],
    ])
    await clock.advance(30_000)
    expect(channel.sent.map(({ text }) => text)).toEqual(['1', '2', '1', '3', '4'])
  })

  it('does not count waiting as a failed try', async () => {
    const { clock, channel, write, events } = limitedBot(
      { recipient: { burst: 1, everyMs: 20_000 } },
      { respond: () => several(3), sends: { maxAttempts: 1 } },
    )
    await write('hello')
    await clock.advance(120_000)
    expect(channel.sent).toHaveLength(3)
    expect(events).not.toContain('failed')
  })

  it('gives a message back when the bot stops, instead of waiting with it', async () => {
    const embedded = limitedBot({ account: { burst: 1, everyMs: 1_500 } }, { start: false })
    const { bot, clock, channel, write } = embedded
    const worker = bot.work()
    await write('hello')
    await bot.fetch(channel.request(channel.text('hello', { from: other })))
    await clock.advance(1_000)
    expect(channel.sent).toHaveLength(1)
    await worker.stop()
    const stored = [...(await bot.messages({ phone: person })), ...(await bot.messages({ phone: other }))]
    expect(stored.map(({ status }) => status).sort()).toEqual(['pending', 'sent', undefined, undefined])
    bot.work()
    await clock.advance(10_000)
    expect(channel.sent).toHaveLength(2)
  })

  it('is left alone for as long as it asks, by everybody on the account', async () => {
    const { bot, clock, channel, write } = limitedBot({})
    channel.scriptSends({ kind: 'refused', retryable: true, scope: 'account', retryAfterMs: 20_000 })
    await write('hello')
    await clock.advance(1_500)
    await bot.fetch(channel.request(channel.text('hello', { from: other })))
    await clock.advance(15_000)
    expect(channel.attempts).toHaveLength(1)
    await clock.advance(60_000)
    expect(channel.sent).toHaveLength(2)
  })

  it('goes on without its limits when the limiter is away', async () => {
    const limiter = {
      take: () => Promise.reject(new Error('the limiter is away')),
      pause: () => Promise.reject(new Error('the limiter is away')),
    }
    const { clock, write, sent, events } = embeddedBot({ limiter })
    await write('hello')
    await clock.advance(2_000)
    expect(sent()).toHaveLength(1)
    expect(events).toContain('error in the rate limiter')
  })

  it('tells once a minute that the limiter is away, not with every message', async () => {
    const limiter = { take: () => Promise.reject(new Error('the limiter is away')), pause: () => undefined }
    const { clock, write, sent, events } = embeddedBot({ limiter })
    for (const _ of Array(20)) {
      await write('hello')
      await clock.advance(5_000)
    }
    expect(sent()).toHaveLength(20)
    expect(events.filter(event => event === 'error in the rate limiter')).toHaveLength(2)
  })

  it.each([0, Number.POSITIVE_INFINITY, Number.NaN])(
    'must declare limits that can work: %s at once',
    burst => {
      const channel = { ...embeddedBot().channel, limits: { account: { burst, everyMs: 5 } } }
      expect(() => embeddedBot({ channels: [channel] })).toThrow(
        /fake: `limits\.account\.burst` must be at least 1/,
      )
    },
  )
})

describe('an account that can send nothing', () => {
  const expired = { kind: 'refused', retryable: false, scope: 'auth', message: 'token expired' } as const

  it('is told once; its messages wait, one tries now and then, and all go out when it works again', async () => {
    const { bot, clock, channel, events } = embeddedBot()
    const told: string[] = []
    bot.on('account.blocked', ({ account, error }) => told.push(`${account} blocked: ${error}`))
    bot.on('account.unblocked', ({ account }) => told.push(`${account} unblocked`))
    channel.scriptSends(...Array.from({ length: 14 }, () => expired))
    const people = Array.from({ length: 10 }, (_, index) => `+1202555${1_000 + index}`)
    await bot.fetch(channel.request(...people.map(from => channel.text('hello', { from }))))
    await clock.advance(25_000)
    // All ten were on their way before the first answer came.
    expect(channel.attempts.length).toBeLessThanOrEqual(10)
    expect(told).toEqual(['business blocked: channel_refused: token expired'])
    await clock.advance(6 * 3_600_000)
    expect(channel.sent).toHaveLength(10)
    expect(told.at(-1)).toBe('business unblocked')
    expect(told).toHaveLength(2)
    expect(events).not.toContain('failed')
  })

  it('does not hold others up when only one message is refused', async () => {
    const { bot, clock, channel, write } = embeddedBot()
    channel.scriptSends(expired)
    await write('hello')
    await clock.advance(1_500)
    await bot.fetch(channel.request(channel.text('hello', { from: other })))
    await clock.advance(1_500)
    expect(channel.sent.map(({ to }) => to.value)).toEqual([other])
    await clock.advance(60_000)
    expect(channel.sent).toHaveLength(2)
  })
})
