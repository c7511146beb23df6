import type { OutboundContent } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { embeddedBot, person } from './embedded-bot.js'

async function lastMessage({ bot }: Pick<ReturnType<typeof embeddedBot>, 'bot'>) {
  return (await bot.messages({ phone: person })).at(-1)
}

describe('a reply that is refused', () => {
  it('for now: goes out again later, once', async () => {
    const embedded = embeddedBot()
    const { write, clock, channel, sent, events } = embedded
    channel.scriptSends(
      { kind: 'refused', retryable: true },
      { kind: 'refused', retryable: true, retryAfterMs: 4_000 },
    )
    await write('hello')
    await clock.advance(30_000)
    expect(sent()).toEqual(['You said: hello'])
    expect(events).toEqual(['turn answered', 'again after 1500', 'again after 4000', 'sent by bot 3'])
    expect(await lastMessage(embedded)).toMatchObject({ status: 'sent' })
  })

  it('for good: failed, with the reason, and never tried again', async () => {
    const embedded = embeddedBot()
    const { write, clock, channel, sent, events } = embedded
    channel.scriptSends({
      kind: 'refused',
      retryable: false,
      message: 'no such number',
      providerCode: '131026',
    })
    await write('hello')
    await clock.advance(120_000)
    expect(sent()).toEqual([])
    expect(channel.attempts).toHaveLength(1)
    expect(events).toEqual(['turn answered', 'failed'])
    expect(await lastMessage(embedded)).toMatchObject({ status: 'failed', error: '131026: no such number' })
  })

  it('for now, but again and again: failed after the allowed tries', async () => {
    const embedded = embeddedBot({ sends: { maxAttempts: 3 } })
    const { write, clock, channel, events } = embedded
    channel.scriptSends(...Array.from({ length: 9 }, () => ({ kind: 'refused', retryable: true }) as const))
    await write('hello')
    await clock.advance(600_000)
    expect(channel.attempts).toHaveLength(3)
    expect(events.at(-1)).toBe('failed')
  })
})

describe('replies that were refused, of very many people', () => {
  it('go out again at most a hundred at a time, and all of them', async () => {
    const { bot, channel, clock, sent } = embeddedBot()
    const people = Array.from({ length: 250 }, (_, index) => `+1202555${1_000 + index}`)
    channel.scriptSends(...people.map(() => ({ kind: 'refused', retryable: true }) as const))
    await bot.fetch(channel.request(...people.map(from => channel.text('hello', { from }))))
    await clock.advance(1_500)
    expect(channel.attempts).toHaveLength(250)

    const { send } = channel
    let [now, most] = [0, 0]
    Object.assign(channel, {
      async send(...call: Parameters<typeof send>) {
        now += 1
        most = Math.max(most, now)
        await new Promise<void>(resolve => clock.after(300, resolve))
        now -= 1
        return send(...call)
      },
    })
    await clock.advance(10_000)
    expect(sent()).toHaveLength(250)
    expect(most).toBe(100)
  })
})

describe('a reply of a process that stood still after its commit', () => {
  const stoodStill = (ms: number) => {
    const embedded = embeddedBot({ sends: { unknownPolicy: 'resend', reconcileMs: 3_000 } })
    const { store, clock } = embedded
    const { commitTurns } = store
    Object.assign(store, {
      async commitTurns(...commits: Parameters<typeof commitTurns>) {
        const results = await commitTurns(...commits)
        await new Promise<void>(resolve => clock.after(ms, resolve))
        return results
      },
    })
    return embedded
  }

  it('goes out, once, when nobody else can have sent it', async () => {
    const { write, clock, sent, events } = stoodStill(20_000)
    await write('hello')
    await clock.advance(120_000)
    expect(sent()).toEqual(['You said: hello'])
    expect(events).toEqual(['turn answered', 'again after 1500', 'sent by bot 2'])
  })

  it('does not go out a second time when another one has sent it', async () => {
    const { write, clock, channel, sent, events } = stoodStill(50_000)
    await write('hello')
    await clock.advance(45_000)
    expect(sent()).toEqual(['You said: hello'])
    await clock.advance(300_000)
    expect(channel.attempts).toHaveLength(1)
    expect(events.at(-1)).toBe('turn answered')
  })
})

describe('a reply whose outcome is unknown', () => {
  it('is not sent again, and settled by a receipt that carries its id', async () => {
    const embedded = embeddedBot()
    const { bot, write, clock, channel, events } = embedded
    channel.scriptSends({ kind: 'unknown' })
    await write('hello')
    await clock.advance(600_000)
    expect(channel.attempts).toHaveLength(1)
    expect(await lastMessage(embedded)).toMatchObject({ status: 'unknown' })
    const [accepted] = channel.sent
    if (!accepted) throw new Error('nothing was accepted')
    await bot.fetch(channel.request(channel.status('delivered', accepted)))
    expect(await lastMessage(embedded)).toMatchObject({
      status: 'delivered',
      providerId: accepted.providerId,
    })
    expect(events.slice(-2)).toEqual(['unknown', 'status delivered'])
  })

  it('is sent once more when the policy says so and no receipt came', async () => {
    const { write, clock, channel, sent } = embeddedBot({
      sends: { unknownPolicy: 'resend', reconcileMs: 3_000 },
    })
    channel.scriptSends({ kind: 'unknown', accepted: false })
    await write('hello')
    await clock.advance(3_500)
    expect(channel.attempts).toHaveLength(1)
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: hello'])
  })

  it('is not sent again under the same policy when a receipt came in time', async () => {
    const { bot, write, clock, channel } = embeddedBot({
      sends: { unknownPolicy: 'resend', reconcileMs: 3_000 },
    })
    channel.scriptSends({ kind: 'unknown' })
    await write('hello')
    await clock.advance(2_000)
    const [accepted] = channel.sent
    if (!accepted) throw new Error('nothing was accepted')
    await bot.fetch(channel.request(channel.status('sent', accepted)))
    await clock.advance(60_000)
    expect(channel.attempts).toHaveLength(1)
  })

  it('because the provider never answers: the time runs out, it is unknown', async () => {
    const embedded = embeddedBot({ sends: { timeoutMs: 2_000 } })
    const { write, clock, channel } = embedded
    channel.scriptSends({ kind: 'sent', delayMs: 60_000 })
    await write('hello')
    await clock.advance(4_000)
    expect(await lastMessage(embedded)).toMatchObject({ status: 'unknown' })
  })
})

describe('receipts', () => {
  it('move forward only, in whatever order they come, also before the send has its answer', async () => {
    const embedded = embeddedBot()
    const { bot, write, clock, channel } = embedded
    channel.scriptSends({ kind: 'sent', delayMs: 500, providerId: 'out-7' })
    await write('hello')
    await clock.advance(1_200)
    const early = { ...channel.attempts[0], providerId: 'out-7' } as (typeof channel.sent)[number]
    for (const status of ['read', 'sent', 'delivered'] as const) {
      await bot.fetch(channel.request(channel.status(status, early)))
    }
    await clock.advance(5_000)
    expect(await lastMessage(embedded)).toMatchObject({ status: 'read', providerId: 'out-7' })
  })

  it('for a message that nobody knows are kept and hurt nobody', async () => {
    const { bot, write, clock, channel, sent } = embeddedBot()
    const stranger = { id: 'x', providerId: 'unheard-of' } as (typeof channel.sent)[number]
    expect((await bot.fetch(channel.request(channel.status('read', stranger)))).status).toBe(200)
    await write('hello')
    await clock.advance(2_000)
    expect(sent()).toHaveLength(1)
  })
})

describe('an answer of several parts', () => {
  const respond = () => ({ parts: ['one', 'two', 'three'].map(text => ({ type: 'text', text }) as const) })

  it('goes out in order, each after the result of the one before', async () => {
    const { write, clock, channel, sent } = embeddedBot({ respond })
    channel.scriptSends({ kind: 'sent', delayMs: 1_000 }, { kind: 'refused', retryable: true })
    await write('hello')
    await clock.advance(1_500)
    expect(channel.attempts).toHaveLength(1)
    await clock.advance(30_000)
    expect(sent()).toEqual(['one', 'two', 'three'])
  })

  it('goes out in order whatever its parts are, each as it was given', async () => {
    const parts: readonly OutboundContent[] = [
      { type: 'text', text: 'one' },
      { type: 'image', media: { url: 'https://shop.example/cake.jpg' }, caption: 'a cake' },
      { type: 'location', latitude: 1, longitude: 2 },
      { type: 'buttons', text: 'More?', buttons: [{ id: 'yes', title: 'Yes' }] },
    ]
    const { bot, write, clock, channel } = embeddedBot({ respond: () => ({ parts }) })
    channel.scriptSends(
      { kind: 'sent', delayMs: 700 },
      { kind: 'sent', delayMs: 1_500 },
      { kind: 'refused', retryable: true },
    )
    await write('hello')
    await clock.advance(1_500)
    expect(channel.attempts).toHaveLength(1)
    await clock.advance(1_000)
    expect(channel.attempts).toHaveLength(2)
    await clock.advance(30_000)
    expect(channel.sent.map(({ content }) => content)).toEqual(parts)
    expect((await bot.messages({ phone: person })).map(({ type }) => type)).toEqual([
      'text',
      ...parts.map(({ type }) => type),
    ])
  })

  it('is what a text becomes that the channel takes in pieces only', async () => {
    const { write, channel, clock, sent } = embeddedBot({
      respond: () => 'One thing. Another thing.\n\nThe end.',
    })
    Object.assign(channel, { maxTextLength: 20 })
    await write('hello')
    await clock.advance(5_000)
    expect(sent()).toEqual(['One thing.', 'Another thing.', 'The end.'])
  })

  it('ends with a part that is refused for good', async () => {
    const { bot, write, clock, channel, sent } = embeddedBot({ respond })
    channel.scriptSends({ kind: 'sent' }, { kind: 'refused' })
    await write('hello')
    await clock.advance(30_000)
    expect(sent()).toEqual(['one'])
    const statuses = (await bot.messages({ phone: person })).map(({ status }) => status)
    expect(statuses).toEqual([undefined, 'sent', 'failed', 'cancelled'])
  })
})
