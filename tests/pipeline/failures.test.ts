import {
  type Channel,
  ChannelError,
  type ChannelEvent,
  ModelError,
  replyWith,
  StoreError,
} from '@switchboard/core'
import { scriptedModel } from '@switchboard/core/testing'
import { describe, expect, it } from 'vitest'
import { echo, embeddedBot, person } from './embedded-bot.js'

describe('a responder that throws', () => {
  it('gets another try, and its neighbours go on meanwhile', async () => {
    let failures = 0
    const { bot, channel, write, clock, sent, events } = embeddedBot({
      respond: turn => {
        if (turn.text === 'poison' && failures++ < 2) throw new Error('on purpose')
        return echo(turn)
      },
    })
    await write('poison')
    await bot.fetch(channel.request(channel.text('healthy', { from: '+12025550199' })))
    await clock.advance(1_100)
    expect(sent()).toEqual(['You said: healthy'])
    await clock.advance(10_000)
    expect(sent()).toEqual(['You said: healthy', 'You said: poison'])
    expect(events.filter(event => event.startsWith('turn failed'))).toEqual([
      'turn failed 1',
      'turn failed 2',
    ])
  })

  it('for ever: the turn is parked, visible and replayable, and the conversation goes on', async () => {
    let broken = true
    const { bot, write, clock, sent, events } = embeddedBot({
      respond: turn => {
        if (broken && turn.text.includes('poison')) throw new Error('on purpose')
        return echo(turn)
      },
    })
    await write('poison')
    await clock.advance(60_000)
    expect(events.at(-1)).toBe('turn parked')
    const [parked] = await bot.turns({ outcome: 'parked' })
    expect(parked).toMatchObject({ attempts: 3, error: 'on purpose' })

    await write('next')
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: next'])

    broken = false
    await bot.replay(parked?.id ?? '')
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: next', 'You said: poison'])
    expect(await bot.turns({ outcome: 'parked' })).toEqual([])
    await expect(bot.replay(parked?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('and one that hangs is given up after its time', async () => {
    const { write, clock, events } = embeddedBot({
      respond: () => new Promise<string>(() => {}),
      turns: { timeoutMs: 5_000, maxAttempts: 1 },
    })
    await write('hello')
    await clock.advance(7_000)
    expect(events).toEqual(['turn parked'])
  })
})

describe('a channel of somebody’s own', () => {
  const origin = { channel: 'own', account: 'a', author: 'customer' } as const
  const hello = (providerId: string, value = 'person') => ({
    ...origin,
    type: 'message',
    providerId,
    chat: { kind: 'direct', person: { identities: [{ kind: 'id', value }] } },
    content: { type: 'text', text: 'hello' },
  })

  function ownChannel() {
    const waiting: unknown[][] = []
    const sent: string[] = []
    const failures: Error[] = []
    const channel: Channel = {
      specificationVersion: 'v1',
      name: 'own',
      defaultAccount: 'a',
      receive: () => ({ events: (waiting.shift() ?? []) as ChannelEvent[], response: { status: 200 } }),
      async send({ to }) {
        const failure = failures.shift()
        if (failure) throw failure
        sent.push(to.value)
        return { providerId: `sent-${sent.length}` }
      },
    }
    const { bot, clock } = embeddedBot({ channels: [channel], respond: echo })
    const request = { method: 'POST', url: '/own', headers: { get: () => null }, body: new Uint8Array() }
    const post = async (...events: unknown[]) => {
      waiting.push(events)
      return (await bot.handle(request)).status
    }
    return { post, sent, failures, clock }
  }

  it.each<[what: string, broken: unknown]>([
    ['nothing', null],
    ['a message without content', { ...hello('broken'), content: null }],
    ['a message of nobody', { ...hello('broken'), chat: { kind: 'direct' } }],
    ['a message with a number as id', { ...hello('broken'), providerId: 5 }],
  ])('that gives %s: that webhook is refused, and its neighbours are heard', async (_what, broken) => {
    const { post, sent, clock } = ownChannel()
    const statuses = await Promise.all([
      post(hello('1', 'Ana')),
      post(hello('2', 'Bo'), broken, hello('3', 'Cleo')),
      post(hello('4', 'Dan')),
    ])
    expect(statuses).toEqual([200, 500, 200])
    await clock.advance(2_000)
    expect([...sent].sort()).toEqual(['Ana', 'Bo', 'Cleo', 'Dan'])
  })

  it.each([1e15, Number.POSITIVE_INFINITY, Number.NaN, -5])(
    'that asks to wait for %s ms: the message is neither lost nor sent at once',
    async retryAfterMs => {
      const { post, sent, failures, clock } = ownChannel()
      failures.push(new ChannelError('channel_refused', 'wait', { retryable: true, retryAfterMs }))
      await post(hello('1', 'Ana'))
      await clock.advance(1_100)
      expect(sent).toEqual([])
      for (let hour = 0; hour < 26; hour++) await clock.advance(60 * 60_000)
      expect(sent).toEqual(['Ana'])
    },
  )
})

describe('replyWith', () => {
  const options = { fallback: 'Noted.', timeout: 5_000, retries: 0 }

  it.each([
    ['fails', new ModelError('down')],
    ['answers nothing', ''],
    ['throws something odd', () => Promise.reject('odd')],
  ])('sends the fallback when the model %s', async (_what, answer) => {
    const { write, clock, sent } = embeddedBot({
      respond: replyWith(scriptedModel([answer as string]), options),
    })
    await write('hello')
    await clock.advance(2_000)
    expect(sent()).toEqual(['Noted.'])
  })

  it('sends the fallback when the model is too slow', async () => {
    const embedded = embeddedBot({
      respond: turn =>
        replyWith(scriptedModel([{ text: 'late', delayMs: 60_000 }], { clock: turn.clock }), options)(turn),
    })
    await embedded.write('hello')
    await embedded.clock.advance(7_000)
    expect(embedded.sent()).toEqual(['Noted.'])
  })

  it('records model and usage with the turn', async () => {
    const answer = { text: 'Hi', usage: { inputTokens: 12, outputTokens: 3 } }
    const { bot, write, clock } = embeddedBot({ respond: replyWith(scriptedModel([answer])) })
    await write('hello')
    await clock.advance(2_000)
    expect(await bot.turns()).toMatchObject([
      { outcome: 'answered', model: 'scripted', usage: { inputTokens: 12, outputTokens: 3 } },
    ])
  })

  it('without a fallback runs the turn again', async () => {
    const model = scriptedModel([new ModelError('down'), 'Hi'])
    const { write, clock, sent } = embeddedBot({ respond: replyWith(model, { retries: 0 }) })
    await write('hello')
    await clock.advance(10_000)
    expect(sent()).toEqual(['Hi'])
  })

  it('shows operators to the model as such, and as much history as asked for', async () => {
    const model = scriptedModel([], { default: 'Hi' })
    const { bot, write, clock } = embeddedBot({
      respond: replyWith(model, { history: 2, system: () => 'Be kind.' }),
    })
    await write('one')
    await clock.advance(2_000)
    await bot.sendAsOperator({ phone: person }, { text: 'Ana here' })
    await bot.handBack({ phone: person })
    await write('two')
    await clock.advance(2_000)
    expect(model.prompts[1]).toEqual({
      system: 'Be kind.',
      messages: [
        { role: 'assistant', text: 'Hi\n[operator] Ana here' },
        { role: 'user', text: 'two' },
      ],
    })
  })
})

describe('a typing indicator', () => {
  it('that throws at once is nobody’s problem', async () => {
    const { bot, channel, write, clock, sent } = embeddedBot({
      start: false,
      respond: async turn => {
        await new Promise<void>(resolve => turn.clock.after(1_000, resolve))
        return echo(turn)
      },
    })
    Object.assign(channel, {
      startTyping: () => {
        throw new Error('no such thing')
      },
    })
    bot.work()
    await write('hello')
    await clock.advance(5_000)
    expect(sent()).toEqual(['You said: hello'])
  })
})

describe('a store that is away', () => {
  it('means 503, and the redelivered webhook is answered once', async () => {
    const { bot, store, write, clock, sent } = embeddedBot()
    await bot.ready()
    const ingest = store.ingest
    Object.assign(store, { ingest: () => Promise.reject(new StoreError('store_unavailable', 'away')) })
    expect(await write('hello')).toBe(503)
    Object.assign(store, { ingest })
    expect(await write('hello')).toBe(200)
    await clock.advance(2_000)
    expect(sent()).toEqual(['You said: hello'])
  })

  it('while claiming or committing only delays the reply', async () => {
    const { store, write, clock, sent, events } = embeddedBot()
    await write('hello')
    const { claimTurns, commitTurns } = store
    Object.assign(store, { claimTurns: () => Promise.reject(new StoreError('store_unavailable', 'away')) })
    await clock.advance(2_000)
    Object.assign(store, {
      claimTurns,
      commitTurns: () => Promise.reject(new StoreError('store_unavailable', 'away')),
    })
    await clock.advance(6_000)
    Object.assign(store, { commitTurns })
    await clock.advance(30_000)
    expect(sent()).toEqual(['You said: hello'])
    // Only the claim gave up: the commit was repeated until the store was back.
    expect(events.filter(event => event === 'error in a turn')).toHaveLength(1)
  })
})

describe('a store that is away for a minute', () => {
  const away = () => Promise.reject(new StoreError('store_unavailable', 'away'))

  it('learns what was sent meanwhile: the reply is not sent twice, whatever the policy', async () => {
    const { bot, store, channel, write, clock } = embeddedBot({ sends: { unknownPolicy: 'resend' } })
    channel.scriptSends({ kind: 'sent', delayMs: 500 })
    await write('hello')
    await clock.advance(1_200)
    const { recordSends, sweep, claimSends } = store
    Object.assign(store, { recordSends: away, sweep: away, claimSends: away })
    await clock.advance(60_000)
    Object.assign(store, { recordSends, sweep, claimSends })
    await clock.advance(60_000)
    expect(channel.attempts).toHaveLength(1)
    expect((await bot.messages({ phone: person })).at(-1)).toMatchObject({ status: 'sent' })
  })

  it('does not keep a bot from closing for as long', async () => {
    const { bot, store, write, clock } = embeddedBot()
    await write('hello')
    await clock.advance(500)
    Object.assign(store, { recordSends: away })
    await clock.advance(2_000)
    let closed = false
    const closing = bot.close().then(() => {
      closed = true
    })
    await clock.advance(20_000)
    expect(closed).toBe(true)
    await closing
  })
})

describe('a commit whose answer gets lost, by a store that then is away for a while', () => {
  it('is repeated until the answer comes: the reply goes out, once', async () => {
    const { store, write, clock, sent } = embeddedBot()
    const commitTurns = store.commitTurns.bind(store)
    const away = () => Promise.reject(new StoreError('store_unavailable', 'away'))
    Object.assign(store, {
      commitTurns: async (...call: Parameters<typeof commitTurns>) => {
        await commitTurns(...call)
        return away()
      },
    })
    await write('hello')
    await clock.advance(1_100)
    Object.assign(store, { commitTurns: away })
    await clock.advance(20_000)
    expect(sent()).toEqual([])
    Object.assign(store, { commitTurns })
    await clock.advance(60_000)
    expect(sent()).toEqual(['You said: hello'])
  })
})

describe('overload and ending', () => {
  it('answers 503 before storing when too much waits, and recovers by itself', async () => {
    const { store, write, bot } = embeddedBot({ maxWaiting: 2 })
    await bot.ready()
    let open: () => void = () => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    const ingest = store.ingest.bind(store)
    Object.assign(store, { ingest: (...args: Parameters<typeof ingest>) => gate.then(() => ingest(...args)) })
    const held = [write('1'), write('2')]
    await new Promise(resolve => setImmediate(resolve))
    expect(await write('3')).toBe(503)
    open()
    expect(await Promise.all(held)).toEqual([200, 200])
    expect(await write('3')).toBe(200)
  })

  it('lets a running turn end before it stops, and takes no webhook any more', async () => {
    const { bot, write, clock, sent } = embeddedBot({
      respond: async turn => {
        await new Promise<void>(resolve => turn.clock.after(3_000, resolve))
        return echo(turn)
      },
    })
    await write('hello')
    await clock.advance(1_500)
    const closed = bot.close()
    expect(await write('too late')).toBe(503)
    await clock.advance(5_000)
    await closed
    expect(sent()).toEqual(['You said: hello'])
  })

  it('interrupts a turn that outlasts the grace, and leaves it due', async () => {
    const { bot, store, write, clock, sent } = embeddedBot({ respond: () => new Promise<string>(() => {}) })
    await write('hello')
    await clock.advance(1_500)
    const closed = bot.close(2_000)
    await clock.advance(2_100)
    await closed
    expect(sent()).toEqual([])
    const { due } = await store.sweep({ limit: 10, horizonMs: 0 })
    expect(due).toHaveLength(1)
  })
})
