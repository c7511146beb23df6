import { startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import {
  emptied,
  linesOf,
  providers,
  type RecordedWebhook,
  recordedWebhooks,
  whapiSecret,
  wordsOf,
} from '../replay/recorded-webhooks.js'
import { recordingsOf } from '../replay/recordings.js'
import {
  type ConversationView,
  connectToAll,
  disposables,
  type Flagship,
  type MessageView,
  startFlagship,
} from './flagship.js'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
console.info(`Recorded webhooks are shuffled and cut with SEED=${seed}.`)

test('recorded webhooks are all there, or said to be absent', () => {
  const counts = providers.map(({ name }) => recordingsOf(name).namesIn('webhooks').length)
  const present = providers.map(({ name }) => recordingsOf(name).present)
  expect(counts.map(count => count > 35)).toEqual(present)
})

/** Everything that the API shows. */
async function everythingIn(flagship: Flagship) {
  const { body } = await flagship.api<{ conversations: ConversationView[] }>('conversations?limit=500')
  const { conversations } = body
  const pages = await Promise.all(
    conversations.map(({ id }) =>
      flagship.api<{ messages: MessageView[] }>(`messages?conversation=${id}&limit=500`),
    ),
  )
  return { conversations, lines: pages.flatMap(page => page.body.messages) }
}

/** What the recordings brought, without what the bot says to it meanwhile. */
async function broughtTo(flagship: Flagship) {
  const { conversations, lines } = await everythingIn(flagship)
  return {
    conversations: conversations
      .map(({ id, channel, account, userId, phone }) => ({ id, channel, account, userId, phone }))
      .sort((a, b) => a.id.localeCompare(b.id)),
    lines: lines.filter(({ author }) => author !== 'bot').sort((a, b) => a.id.localeCompare(b.id)),
  }
}

/** One server of a provider takes all of it, one after the other. */
describe.each(providers.filter(({ name }) => recordingsOf(name).present))('$name', provider => {
  const running = disposables()
  let emulator: Awaited<ReturnType<typeof startEmulator>>
  let flagship: Flagship
  let secrets: (string | null | undefined)[]
  let own: readonly RecordedWebhook[]

  beforeAll(async () => {
    own = await recordedWebhooks(provider)
    // Nobody is told where the server is: only what is posted here arrives.
    emulator = running.use(
      await startEmulator({ whapi: { channelId: 'FICTNL-A1B2C' }, waha: { engine: 'GOWS' } }),
    )
    const database = running.use(await createDatabase())
    const { account, whapi, waha } = emulator
    secrets = [account.appSecret, account.accessToken, account.verifyToken, whapi.token, whapiSecret]
    secrets.push(waha.apiKey, waha.hmacKey, new URL(database.url).password)
    const accounts = [{ phoneNumberId: '106540000000002', accessToken: account.accessToken }]
    flagship = running.use(
      await startFlagship(
        connectToAll(emulator, whapiSecret, {
          DATABASE_URL: database.url,
          WHATSAPP_ACCOUNTS: JSON.stringify(accounts),
          LOG_LEVEL: 'debug',
        }),
      ),
    )
  })
  afterAll(() => running[Symbol.asyncDispose]())

  /** Posts it as the provider of the route would, whatever it is. */
  async function post(body: string) {
    const response = await fetch(`${flagship.url}/webhooks/${provider.name}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...provider.sign(body, emulator) },
    })
    return { status: response.status, words: await response.text() }
  }

  /** Everything but a success: by the file, with the answer. */
  async function refusalsOf(webhooks: readonly RecordedWebhook[]) {
    const answers = await Promise.all(
      webhooks.map(async ({ file, body }) => ({ file, ...(await post(body)) })),
    )
    return answers.filter(({ status }) => status !== 200)
  }

  function shuffle<Item>(items: readonly Item[], times = 1): Item[][] {
    const whole = { minLength: items.length, maxLength: items.length }
    return fc.sample(fc.shuffledSubarray([...items], whole), { seed, numRuns: times })
  }

  it('what other providers say here is refused, or taken and stored nowhere', async () => {
    const others = providers.filter(({ name }) => name !== provider.name)
    const foreign = (await Promise.all(others.map(recordedWebhooks))).flat()
    expect(foreign.length).toBeGreaterThan(70)
    for (const { file, words, status } of await refusalsOf(foreign)) {
      expect([status, words], file).toEqual([400, expect.stringMatching(/^The .+\.$/)])
    }
    expect((await everythingIn(flagship)).conversations).toEqual([])
  })

  it('each line of a recording is there once, with its type', async () => {
    for (const webhook of own) expect(await refusalsOf([webhook])).toEqual([])
    const { lines } = await broughtTo(flagship)
    const expected = new Map(
      linesOf(own)
        .reverse()
        .map(event => [event.providerId, event.type === 'message' ? event.content.type : event.type]),
    )
    expect(Object.fromEntries(lines.map(({ providerId, type }) => [providerId, type]))).toEqual(
      Object.fromEntries(expected),
    )
    expect(lines).toHaveLength(expected.size)
    expect(expected.size).toBeGreaterThan(15)
  })

  it('all of it again, in another order and at once, changes nothing', async () => {
    const before = await broughtTo(flagship)
    for (const order of shuffle(own, 2)) expect(await refusalsOf(order)).toEqual([])
    expect(await broughtTo(flagship)).toEqual(before)
  })

  it('recordings that are cut off, hold empty lists or are no JSON invent nothing', async () => {
    const before = await broughtTo(flagship)
    const random = fc.sample(fc.double({ min: 0, max: 0.99, noNaN: true }), { seed, numRuns: own.length })
    for (const [index, { file, body }] of own.entries()) {
      const cut = body.trimEnd().slice(0, Math.floor((random[index] ?? 0) * body.trimEnd().length))
      expect([(await post(cut)).status, file]).toEqual([400, file])
      for (const empty of emptied(body)) expect([200, 400]).toContain((await post(empty)).status)
    }
    for (const body of ['', '[]', 'null', '<!doctype html><h1>502 Bad Gateway</h1>']) {
      expect((await post(body)).status).toBe(400)
    }
    expect(await broughtTo(flagship)).toEqual(before)
  })

  it('receipts about a message of ours never take it back, whatever their order', async () => {
    const digits = '15550003333'
    emulator.addPerson({ name: 'Dana Fox', phone: `+${digits}` })
    expect((await post(textFrom(digits))).status).toBe(200)
    const target = (await everythingIn(flagship)).conversations.find(({ phone }) => phone === `+${digits}`)
    await flagship.api('takeover', { conversation: target?.id })
    const receipts = own.filter(({ events }) => events.some(({ type }) => type === 'status'))
    // A receipt of a group is about another chat.
    const direct = receipts.filter(({ file }) => !file.includes('group'))
    expect(direct.length).toBeGreaterThan(2)
    // Outside of the window it waits for another try; what is said of the first one is over then, unless it arrived.
    const ranks = ['sent', 'parked', 'failed', 'delivered', 'read']
    for (const order of [direct, ...shuffle(direct, 3)]) {
      const said = { conversation: target?.id, message: `It is in stock, ${order.map(({ file }) => file)}` }
      const { body: sent } = await flagship.api<{ id: string; message_id: string }>('operator-message', said)
      expect(sent).toMatchObject({ status: 'success', message_id: expect.any(String) })
      let reached = 0
      for (const { file, body, events } of order) {
        let about = body
        for (const event of events) {
          if (event.type === 'status') about = about.replaceAll(event.providerId, sent.message_id)
        }
        expect((await post(about)).status).toBe(200)
        const { lines } = await everythingIn(flagship)
        const rank = ranks.indexOf(lines.find(({ id }) => id === sent.id)?.status ?? '')
        expect(rank, `after ${file}`).toBeGreaterThanOrEqual(reached)
        reached = rank
      }
      expect(ranks[reached]).toBe('read')
    }
  })

  /** The recorded text as somebody else would write it now. */
  function textFrom(digits: string): string {
    const text = own.find(({ file }) => file === provider.text)
    const [event] = linesOf(text ? [text] : [])
    return String(text?.body)
      .replaceAll(String(event?.providerId), `${event?.providerId}F`)
      .replaceAll('15550001234', digits)
      .replace(/US\.\d+/g, 'US.90210000000000000033')
      .replace(/1789\d{6}/g, String(Math.floor(Date.now() / 1000)))
  }

  it('and after all of it the process is healthy, and its log knows no text, nobody and no secret', async () => {
    expect((await fetch(`${flagship.url}/health`)).status).toBe(200)
    expect(await flagship.stop()).toBe(0)
    const log = flagship.output()
    expect(log).toContain('message received')
    const words = wordsOf(own)
    expect(words.length).toBeGreaterThan(20)
    const unsaid = [...words, ...secrets, 'It is in stock', '15550001234', '15550003333'].filter(Boolean)
    expect(unsaid.filter(word => word && log.includes(word))).toEqual([])
    expect(log).not.toMatch(/something failed|unhandled/i)
  })
})
