import { type Bot, type BotOptions, createBot, StoreError } from '@switchboard/core'
import { type FakeChannelOptions, fakeChannel, fakeClock, sequentialIds } from '@switchboard/core/testing'
import { memoryStore } from '@switchboard/storage/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { echo, person } from './embedded-bot.js'

const bots: Bot[] = []

afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.close(0)
})

/** A polled channel and its store; bots are started on them as processes are. */
function scene({ pollMs, ...options }: FakeChannelOptions & { readonly pollMs?: number } = {}) {
  const clock = fakeClock()
  const channel = Object.assign(fakeChannel({ clock, polled: true, ...options }), pollMs && { pollMs })
  const store = memoryStore({ clock })
  const errors: string[] = []
  let process = 0

  function start(changes: Partial<BotOptions> = {}) {
    process += 1
    const bot = createBot({
      channels: [channel],
      store,
      respond: echo,
      clock,
      generateId: sequentialIds(`process-${process}`),
      random: () => 0,
      ...changes,
    })
    bot.on('error', (error, where) => errors.push(`${where}: ${(error as Error).message}`))
    bots.push(bot)
    bot.work()
    return bot
  }
  const text = (words: string) => channel.text(words, { from: person })
  const sent = () => channel.sent.map(message => message.text)
  /** When the channel was polled, in seconds since the start. */
  const startedAt = clock.now()
  const pollTimes = () => channel.polls.map(({ at = 0 }) => (at - startedAt) / 1000)
  return { clock, channel, store, errors, start, text, sent, pollTimes }
}

describe('a polled channel', () => {
  it('is polled at once and every five seconds, and what it brings is answered', async () => {
    const { clock, channel, start, text, sent, pollTimes } = scene()
    channel.arrive(text('one'))
    start()
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: one'])
    channel.arrive(text('two'))
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: one', 'You said: two'])
    expect(pollTimes()).toEqual([0, 5, 10])
    expect(channel.polls.map(({ cursor }) => cursor)).toEqual([undefined, '1', '2'])
  })

  it('says itself how often', async () => {
    const { clock, start, pollTimes } = scene({ pollMs: 20_000 })
    start()
    await clock.advance(45_000)
    expect(pollTimes()).toEqual([0, 20, 40])
  })

  it('is polled again soon while it has more', async () => {
    const { clock, channel, start, text, pollTimes } = scene()
    channel.arrive(...Array.from({ length: 250 }, (_, index) => text(`${index}`)))
    const bot = start()
    await clock.advance(4_000)
    expect(pollTimes()).toEqual([0, 0.25, 0.5])
    const messages = await bot.messages({ phone: person }, { limit: 500 })
    expect(messages.filter(({ author }) => author === 'customer')).toHaveLength(250)
  })

  it('is never polled twice at once, however long a poll takes', async () => {
    const { clock, channel, start, pollTimes } = scene()
    channel.scriptPolls({ kind: 'found', delayMs: 12_000 })
    start()
    await clock.advance(18_000)
    expect(pollTimes()).toEqual([0, 17])
  })

  it('is polled by webhooks and polls alike: what comes both ways is answered once', async () => {
    const { clock, channel, start, text, sent } = scene()
    const message = text('hello')
    const bot = start()
    await bot.fetch(channel.request(message))
    channel.arrive(message)
    await clock.advance(20_000)
    expect(sent()).toEqual(['You said: hello'])
  })
})

describe('a poll that fails', () => {
  it('is repeated with the same cursor, less and less often, and is reported', async () => {
    const { clock, channel, errors, start, text, sent, pollTimes } = scene()
    channel.arrive(text('one'))
    start()
    await clock.advance(1)
    channel.arrive(text('two'))
    const failed = { kind: 'failed', message: 'away', retryable: true } as const
    channel.scriptPolls(failed, failed, failed)
    await clock.advance(60_000)
    // With no jitter a wait is three quarters of 5, 10 and 20 seconds.
    expect(pollTimes().slice(0, 6)).toEqual([0, 5, 8.75, 16.25, 31.25, 36.25])
    expect(channel.polls.slice(1, 5).map(({ cursor }) => cursor)).toEqual(['1', '1', '1', '1'])
    expect(errors).toEqual(Array.from({ length: 3 }, () => 'polling fake: away'))
    expect(sent()).toEqual(['You said: one', 'You said: two'])
  })

  it('waits as long as the provider asks', async () => {
    const { clock, channel, start, pollTimes } = scene()
    channel.scriptPolls({ kind: 'failed', retryAfterMs: 40_000 })
    start()
    await clock.advance(41_000)
    expect(pollTimes()).toEqual([0, 40])
  })

  it('is given up after half a minute without an answer', async () => {
    const { clock, channel, errors, start, pollTimes } = scene()
    channel.scriptPolls({ kind: 'found', delayMs: 3_600_000 })
    start()
    await clock.advance(34_000)
    expect(errors).toEqual(['polling fake: the channel fake did not answer within 30000 ms'])
    expect(pollTimes()).toEqual([0, 33.75])
  })

  it('shows in the health of the bot after a minute, until one succeeds', async () => {
    const { clock, channel, start } = scene()
    const bot = start()
    await clock.advance(1)
    expect(await bot.health()).toMatchObject({ ok: true, failingPolls: [] })
    channel.scriptPolls(...Array.from({ length: 5 }, () => ({ kind: 'failed' }) as const))
    await clock.advance(60_000)
    expect(await bot.health()).toMatchObject({ failingPolls: [] })
    await clock.advance(8_000)
    expect(await bot.health()).toMatchObject({ ok: true, failingPolls: ['fake'] })
    await clock.advance(60_000)
    expect(await bot.health()).toMatchObject({ failingPolls: [] })
  })
})

describe('nothing of a poll is lost or doubled', () => {
  it('when the process dies between the commit and the cursor', async () => {
    const { clock, channel, store, start, text, sent } = scene()
    const { savePoll } = store
    // The process ends here: nothing that it would do afterwards happens.
    Object.assign(store, { savePoll: () => new Promise(() => undefined) })
    channel.arrive(text('one'), text('two'))
    start()
    await clock.advance(100)
    expect(channel.polls).toHaveLength(1)
    bots.pop()

    Object.assign(store, { savePoll })
    const bot = start()
    // Until the lease of the dead one ends.
    await clock.advance(20_000)
    expect(channel.polls[1]?.cursor).toBeUndefined()
    expect(channel.polls[2]?.cursor).toBe('2')
    expect(sent()).toEqual(['You said: one | two'])
    const messages = await bot.messages({ phone: person })
    expect(messages.map(({ author }) => author)).toEqual(['customer', 'customer', 'bot'])
  })

  it('when the store is away while it is committed', async () => {
    const { clock, channel, store, errors, start, text, sent } = scene()
    const { ingest } = store
    Object.assign(store, { ingest: () => Promise.reject(new StoreError('store_unavailable', 'away')) })
    channel.arrive(text('one'))
    start()
    await clock.advance(10_000)
    expect(sent()).toEqual([])
    expect(errors[0]).toBe('polling fake: away')
    Object.assign(store, { ingest })
    await clock.advance(30_000)
    expect(sent()).toEqual(['You said: one'])
  })

  it('when one event of it can never be stored: that one is reported, the others go on', async () => {
    const { clock, channel, errors, start, text, sent } = scene()
    channel.arrive(text('one'), channel.text('bad', { from: person, id: 'x'.repeat(600) }), text('two'))
    start()
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: one | two'])
    expect(errors).toEqual([expect.stringContaining('polling fake: The provider id has 600 characters')])
    await clock.advance(10_000)
    expect(channel.polls.at(-1)?.cursor).toBe('3')
    expect(errors).toHaveLength(1)
  })

  it('when one event can never be stored and the store goes away at the next one', async () => {
    const { clock, channel, store, errors, start, text, sent } = scene()
    const { ingest } = store
    let away = false
    const flaky: typeof ingest = async (events, options) => {
      if (away) throw new StoreError('store_unavailable', 'away')
      away = events.length === 1
      return ingest(events, options)
    }
    Object.assign(store, { ingest: flaky })
    channel.arrive(channel.text('bad', { from: person, id: 'x'.repeat(600) }), text('two'))
    start()
    await clock.advance(1_000)
    expect(errors).toEqual(['polling fake: away'])
    Object.assign(store, { ingest })
    await clock.advance(10_000)
    expect(channel.polls[1]?.cursor).toBeUndefined()
    expect(sent()).toEqual(['You said: two'])
  })

  it('when several processes work: one of them polls, and another one as soon as it stops', async () => {
    const { clock, channel, start, text, sent, pollTimes } = scene()
    const first = start()
    await clock.advance(1_000)
    start()
    await clock.advance(12_000)
    expect(pollTimes()).toEqual([0, 5, 10])
    await first.close()
    channel.arrive(text('hello'))
    await clock.advance(6_000)
    expect(pollTimes()).toHaveLength(4)
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: hello'])
  })
})

describe('a process that polls for longer than its lease', () => {
  it('may be joined by another one, and everything is answered once', async () => {
    const { clock, channel, start, text, sent } = scene()
    channel.arrive(text('one'))
    channel.scriptPolls({ kind: 'found', delayMs: 25_000 })
    start()
    await clock.advance(1_000)
    start()
    await clock.advance(60_000)
    expect(channel.polls.slice(0, 2).map(({ cursor }) => cursor)).toEqual([undefined, undefined])
    expect(channel.polls.at(-1)?.cursor).toBe('1')
    expect(sent()).toEqual(['You said: one'])
  })
})

describe('a worker that stops', () => {
  it('does not wait for a poll under way, nor polls again', async () => {
    const { clock, channel, errors, start } = scene()
    channel.scriptPolls({ kind: 'found', delayMs: 3_600_000 })
    const bot = start()
    await clock.advance(10)
    await bot.close()
    expect(clock.pending).toBe(0)
    expect(channel.polls).toHaveLength(1)
    expect(errors).toEqual([])
  })

  it('leaves no timer behind between two polls', async () => {
    const { clock, start } = scene()
    const bot = start()
    await clock.advance(1_000)
    await bot.close()
    expect(clock.pending).toBe(0)
  })
})

describe('the options', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuse to poll every %s ms', pollMs => {
    const channels = [Object.assign(fakeChannel({ polled: true }), { pollMs })]
    expect(() => createBot({ channels, store: memoryStore(), respond: echo })).toThrow(
      `\`pollMs\` of the channel fake must be more than 0, not ${pollMs}`,
    )
  })
})
