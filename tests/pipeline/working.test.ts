import { StoreError } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { embeddedBot } from './embedded-bot.js'

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
})
