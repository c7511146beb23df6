import { createBot, StoreError } from '@switchboard/core'
import { fakeChannel } from '@switchboard/core/testing'
import { describe, expect, it } from 'vitest'
import { echo, embeddedBot } from './embedded-bot.js'

describe('a worker', () => {
  it('that starts before the store is there answers what webhooks bring later', async () => {
    const { bot, store, write, clock, sent, events } = embeddedBot({ start: false })
    const init = store.init
    Object.assign(store, { init: () => Promise.reject(new StoreError('store_unavailable', 'away')) })
    bot.work()
    expect(await write('hello')).toBe(503)
    await clock.advance(1)
    Object.assign(store, { init })
    expect(await write('hello')).toBe(200)
    await clock.advance(7_000)
    expect(sent()).toEqual(['You said: hello'])
    expect(events[0]).toBe('error in starting to work')
    expect(await bot.health()).toMatchObject({ ok: true, workers: 1 })
  })

  it('that waits for the store can be stopped', async () => {
    const { bot, store, clock } = embeddedBot({ start: false })
    Object.assign(store, { init: () => Promise.reject(new StoreError('store_unavailable', 'away')) })
    const worker = bot.work()
    await clock.advance(1)
    await worker.stop()
    expect(clock.pending).toBe(0)
  })

  it('started again does all that the first one did, retries included', async () => {
    const { bot, channel, write, clock, sent } = embeddedBot({ start: false })
    await bot.work().stop()
    await write('while nobody works')
    await clock.advance(5_000)
    expect(sent()).toEqual([])
    expect(await bot.health()).toMatchObject({ workers: 0 })

    channel.scriptSends({ kind: 'refused', retryable: true })
    bot.work()
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: while nobody works'])
    await clock.advance(120_000)
    expect(await bot.health()).toMatchObject({ ok: true, workers: 1 })
  })

  it('that is stopped in the middle of a turn does not use up its attempts', async () => {
    const { bot, write, clock, sent } = embeddedBot({
      start: false,
      respond: async turn => {
        await new Promise<void>(resolve => turn.clock.after(8_000, resolve))
        return echo(turn)
      },
    })
    await write('hello')
    for (let restart = 0; restart < 5; restart++) {
      const worker = bot.work()
      await clock.advance(2_000)
      const stopped = worker.stop(1_000)
      await clock.advance(2_000)
      await stopped
    }
    bot.work()
    await clock.advance(20_000)
    expect(sent()).toEqual(['You said: hello'])
  })

  it('is one, however often it is asked for, and a new one waits for the end of the old one', async () => {
    const { bot, write, clock, sent } = embeddedBot({ start: false })
    const first = bot.work()
    expect(bot.work()).toBe(first)
    await clock.advance(1)
    const ending = first.stop()
    const second = bot.work()
    expect(second).not.toBe(first)
    await ending
    await write('hello')
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: hello'])
    await bot.close()
    expect(clock.pending).toBe(0)
  })

  it('that does not have the channel leaves the conversation to one that has', async () => {
    const { bot, store, write, clock, sent } = embeddedBot({ start: false })
    const other = createBot({
      channels: [{ ...fakeChannel({ clock }), name: 'other' }],
      store,
      respond: () => 'from the wrong bot',
      // Real processes are never at the same place at the same moment.
      clock: { now: clock.now, after: (ms, callback) => clock.after(ms + 1, callback) },
    })
    other.work()
    await write('hello')
    await clock.advance(60_000)
    expect(await bot.turns()).toEqual([])

    bot.work()
    await clock.advance(60_000)
    expect(sent()).toEqual(['You said: hello'])
    await other.close()
  })

  it('that does not have the channel gives a message more than one chance', async () => {
    const { bot, channel, store, write, clock, sent } = embeddedBot()
    channel.scriptSends({ kind: 'refused', retryable: true, retryAfterMs: 5_000 })
    await write('hello')
    await clock.advance(1_100)
    await bot.close()

    const other = createBot({
      channels: [{ ...fakeChannel({ clock }), name: 'other' }],
      store,
      respond: echo,
      clock,
    })
    other.work()
    await clock.advance(6_000)
    await other.close()
    createBot({ channels: [channel], store, respond: echo, clock }).work()
    await clock.advance(20_000)
    expect(sent()).toEqual(['You said: hello'])
  })

  it('that finds more due than a sweep names does not rest before all of it is answered', async () => {
    const { bot, channel, store, clock, sent } = embeddedBot({ start: false })
    for (let block = 0; block < 30; block++) {
      const people = Array.from({ length: 100 }, (_, index) => `+1202${5_550_000 + block * 100 + index}`)
      await bot.fetch(channel.request(...people.map(from => channel.text('hello', { from }))))
    }
    await bot.close()
    // A new process on the same store has no wakes.
    const next = createBot({ channels: [channel], store, respond: echo, clock })
    await clock.advance(2_000)
    next.work()
    await clock.advance(2_000)
    expect(sent()).toHaveLength(3_000)
    await next.close()
  })
})
