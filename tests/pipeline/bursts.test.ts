import { type Responder, replyWith } from '@switchboard/core'
import { scriptedModel } from '@switchboard/core/testing'
import { describe, expect, it } from 'vitest'
import { echo, embeddedBot, person } from './embedded-bot.js'

/** Answers like `echo`, after a time of the fake clock. */
function slowEcho(ms: number): Responder {
  return async turn => {
    await new Promise<void>(resolve => turn.clock.after(ms, resolve))
    return echo(turn)
  }
}

describe('a burst', () => {
  it('is answered once, a quiet second after its last message, knowing all of it', async () => {
    const { write, clock, sent, events } = embeddedBot()
    for (const text of ['one', 'two', 'three']) {
      expect(await write(text)).toBe(200)
      await clock.advance(900)
    }
    expect(sent()).toEqual([])
    await clock.advance(100)
    expect(sent()).toEqual(['You said: one | two | three'])
    expect(events).toEqual(['turn answered', 'sent by bot 1'])
  })

  it('does not wait longer than eight seconds however the person goes on', async () => {
    const { write, clock, sent } = embeddedBot()
    for (let second = 0; second < 9; second++) {
      await write(`${second}`)
      await clock.advance(900)
    }
    await clock.advance(200)
    expect(sent()[0]).toBe('You said: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8')
  })

  it('is answered at once when it is full', async () => {
    const { write, clock, sent } = embeddedBot({ buffer: { maxCount: 3 } })
    await write('a', 'b', 'c')
    await clock.advance(1)
    expect(sent()).toEqual(['You said: a | b | c'])
  })

  it('survives the loss of every wake', async () => {
    const lost = { specificationVersion: 'v1', name: 'lost', async schedule() {} } as const
    const noWakes = embeddedBot({
      start: false,
      queue: { ...lost, work: () => ({ async [Symbol.asyncDispose]() {} }) },
    })
    await noWakes.write('hello')
    await noWakes.bot.close()
    const { clock, channel, store, sent } = noWakes
    // A new process on the same store: only its sweeper can know.
    const { createBot } = await import('@switchboard/core')
    const bot = createBot({ channels: [channel], store, respond: echo, clock })
    await clock.advance(1_000)
    bot.work()
    await clock.advance(10)
    expect(sent()).toEqual(['You said: hello'])
    await bot.close()
  })
})

describe('a message that was delivered before', () => {
  it('changes nothing, however often it comes', async () => {
    const { bot, channel, clock, sent } = embeddedBot()
    const message = channel.text('hello', { from: person, id: 'wamid.1' })
    for (let delivery = 0; delivery < 5; delivery++) await bot.fetch(channel.request(message))
    await Promise.all([1, 2, 3].map(() => bot.fetch(channel.request(message, message))))
    await clock.advance(5_000)
    expect(sent()).toEqual(['You said: hello'])
    expect((await bot.messages({ phone: person })).map(({ author }) => author)).toEqual(['customer', 'bot'])
  })
})

describe('a newer message', () => {
  it('voids the reply in the making', async () => {
    const { write, clock, sent, events } = embeddedBot({ respond: slowEcho(3_000) })
    await write('one')
    await clock.advance(1_500)
    await write('two')
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: one | two'])
    expect(events).toEqual(['superseded 1', 'turn answered', 'sent by bot 1'])
  })

  it('voids it three times at most; then the reply goes out and quotes', async () => {
    const { write, clock, sent, channel, events } = embeddedBot({
      respond: slowEcho(3_000),
      buffer: { quietMs: 100, maxWaitMs: 100 },
    })
    await write('0')
    for (let round = 1; round <= 4; round++) {
      await clock.advance(2_000)
      await write(`${round}`, `${round}b`)
      await clock.advance(1_100)
    }
    await clock.advance(10_000)
    expect(events.filter(event => event.startsWith('superseded'))).toHaveLength(3)
    expect(sent()).toHaveLength(2)
    expect(sent()[0]).toBe('You said: 0 | 1 | 1b | 2 | 2b | 3 | 3b')
    expect(channel.sent[0]?.quotedId).toBeDefined()
    expect(sent()[1]).toBe('You said: 4 | 4b')
  })

  it('shows the model what it answered meanwhile', async () => {
    const model = scriptedModel([], { default: 'Yes.' })
    const { write, clock } = embeddedBot({ respond: replyWith(model) })
    await write('first')
    await clock.advance(2_000)
    await write('second')
    await clock.advance(2_000)
    expect(model.prompts[1]?.messages).toEqual([
      { role: 'user', text: 'first' },
      { role: 'assistant', text: 'Yes.' },
      { role: 'user', text: 'second' },
    ])
  })
})

describe('quoting', () => {
  it('quotes a message that reached us late', async () => {
    const { bot, channel, clock } = embeddedBot()
    const late = channel.text('still there?', {
      from: person,
      id: 'wamid.late',
      sentAt: clock.now() - 60_000,
    })
    await bot.fetch(channel.request(late))
    await clock.advance(2_000)
    expect(channel.sent[0]?.quotedId).toBe('wamid.late')
  })

  it('quotes when the answer took more than ten seconds, and not when it was quick', async () => {
    const slow = embeddedBot({ respond: slowEcho(12_000) })
    await slow.write('hello')
    await slow.clock.advance(20_000)
    expect(slow.channel.sent[0]?.quotedId).toBeDefined()
    const quick = embeddedBot()
    await quick.write('hello')
    await quick.clock.advance(2_000)
    expect(quick.channel.sent[0]?.quotedId).toBeUndefined()
  })
})
