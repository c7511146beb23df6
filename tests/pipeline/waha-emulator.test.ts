import { wahaChannel } from '@switchboard/adapters/waha'
import { type BotOptions, createBot } from '@switchboard/core'
import { startEmulator, type WahaEngine } from '@switchboard/emulator'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, onTestFinished, test, vi } from 'vitest'

const via = 'waha'
const alex = { phone: '+15550001234' }

/** A bot behind the emulator's WAHA, which knows nothing of the channel. */
async function setUp(engine: WahaEngine, options: Partial<BotOptions> = {}) {
  const emulator = await startEmulator({
    waha: { engine, events: ['message', 'message.any', 'message.ack'] },
  })
  const { url, apiKey, hmacKey } = emulator.waha
  const bot = createBot({
    channels: [wahaChannel({ url, apiKey, ...(hmacKey && { hmacKey }) })],
    store: memoryStore(),
    respond: turn => `You said: ${turn.text}`,
    buffer: { quietMs: 0 },
    ...options,
  })
  emulator.waha.connect(request => bot.fetch(new Request('http://bot.example/webhooks/waha', request)))
  const worker = bot.work()
  onTestFinished(async () => {
    await worker[Symbol.asyncDispose]()
    await emulator[Symbol.asyncDispose]()
  })
  return { emulator, bot }
}

test.each(['NOWEB', 'WEBJS', 'GOWS'] as const)(
  '%s: answers once, hears what became of it, and steps back for a person',
  async engine => {
    const { emulator, bot } = await setUp(engine)
    await emulator.person().text('hello', { via })
    await emulator.ledger.waitForSent(({ text }) => text === 'You said: hello')
    await emulator.webhooks.settled()
    await vi.waitFor(async () => {
      expect((await bot.messages(alex)).map(({ author, status }) => [author, status])).toEqual([
        ['customer', undefined],
        ['bot', 'delivered'],
      ])
    })
    expect(await bot.conversation(alex)).toMatchObject({ handoff: 'bot' })

    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    await emulator.person().text('and now?', { via })
    await emulator.webhooks.settled()
    expect(await bot.conversation(alex)).toMatchObject({ handoff: 'human' })
    expect((await bot.messages(alex)).map(({ author }) => author)).toEqual([
      'customer',
      'bot',
      'operator',
      'customer',
    ])
    expect(emulator.ledger.sent().map(({ text }) => text)).toEqual(['You said: hello'])
    expect(emulator.refusals).toEqual([])
  },
)

test.each(['NOWEB', 'GOWS'] as const)(
  '%s: sent, but nobody said so: sending again is no second message',
  async engine => {
    const { emulator, bot } = await setUp(engine, {
      sends: { unknownPolicy: 'resend', reconcileMs: 0 },
      sweepMs: 20,
    })
    emulator.faults.add({ kind: 'reset', accepted: true, statuses: false, via })
    await emulator.person().text('hello', { via })
    await vi.waitFor(
      async () => expect((await bot.messages(alex)).at(-1)).toMatchObject({ author: 'bot', status: 'sent' }),
      10_000,
    )
    await emulator.webhooks.settled()
    const asked = emulator.ledger.requests().filter(({ path }) => path.endsWith('/api/sendText'))
    expect(asked.map(({ outcome }) => outcome)).toEqual(['reset', 'answered'])
    expect(emulator.ledger.sent().map(({ text }) => text)).toEqual(['You said: hello'])
    expect(await bot.conversation(alex)).toMatchObject({ handoff: 'bot' })
  },
)
