import { encodeWebhookBody, signWebhookBody, startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import { startPostgres } from '@switchboard/test-support/postgres-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectTo, disposables, type Flagship, type MessageView, startFlagship } from './flagship.js'

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** One server takes all of it, one after the other: whatever a request does, the next test finds a healthy process. */
describe('webhooks that are not as they should be', () => {
  const running = disposables()
  let emulator: Awaited<ReturnType<typeof startEmulator>>
  let flagship: Flagship
  let secret: string

  beforeAll(async () => {
    emulator = running.use(await startEmulator())
    const database = running.use(await createDatabase())
    flagship = running.use(await startFlagship(connectTo(emulator, { DATABASE_URL: database.url })))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    secret = emulator.account.appSecret
  })
  afterAll(() => running[Symbol.asyncDispose]())

  async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
    const response = await fetch(`${flagship.url}/webhooks/meta`, { method: 'POST', body, headers })
    return response.status
  }

  function postSigned(value: unknown) {
    const body = typeof value === 'string' ? Buffer.from(value) : encodeWebhookBody(value)
    return post(Buffer.from(body), { 'x-hub-signature-256': signWebhookBody(Buffer.from(body), secret) })
  }

  /** A webhook of the business number with these messages. */
  function webhook(messages: readonly unknown[], more: object = {}) {
    const metadata = { display_phone_number: '15550009999', phone_number_id: emulator.account.phoneNumberId }
    const value = { messaging_product: 'whatsapp', metadata, messages, ...more }
    return {
      object: 'whatsapp_business_account',
      entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
    }
  }

  function text(id: string, body: string, from = '15550100001') {
    return { from, id, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body } }
  }

  /** What this customer said, without what the bot says to it meanwhile. */
  async function stored(phone: string): Promise<readonly MessageView[]> {
    const { body } = await flagship.api<{ messages: MessageView[] }>(
      `messages?phone=${encodeURIComponent(phone)}`,
    )
    return body.messages.filter(({ author }) => author === 'customer')
  }

  it.each([
    ['no signature', {}],
    ['a forged one', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['the legacy one alone', { 'x-hub-signature': 'sha1=4787ad29e03e7f6cb98b564e26f6f26539c82021' }],
    ['a short one', { 'x-hub-signature-256': 'sha256=00' }],
  ])('%s: 401, nothing stored', async (_what, headers) => {
    expect(await post(JSON.stringify(webhook([text('forged', 'x', '15550100009')])), headers as never)).toBe(
      401,
    )
    expect((await flagship.api('messages?phone=%2B15550100009')).status).toBe(404)
  })

  it.each([
    ['truncated JSON', '{"object":"whatsapp_business_account","entry":[{"id'],
    ['no object at all', '"hello"'],
    ['the object of another product', '{"object":"instagram","entry":[]}'],
    ['nothing', ''],
  ])('%s: 400', async (_what, body) => {
    expect(await postSigned(body)).toBe(400)
  })

  it('more than 3 MB: 413, with and without a length', async () => {
    const big = JSON.stringify(webhook([text('big', 'x'.repeat(3_200_000))]))
    expect(await postSigned(big)).toBe(413)
    const chunks = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 64; index++) controller.enqueue(Buffer.alloc(64 * 1024, 32))
        controller.close()
      },
    })
    const streamed = await fetch(`${flagship.url}/webhooks/meta`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
    } as never)
      .then(({ status }) => status)
      // The server may hang up on a client that goes on sending.
      .catch(() => 413)
    expect(streamed).toBe(413)
  })

  it('no contacts, null entries, numbers for changes, unknown types and fields: 200, and what can be read is kept', async () => {
    const odd = {
      from: '15550100002',
      id: 'odd-1',
      timestamp: '99999999999999999',
      type: 'hologram',
      hologram: { a: 1 },
    }
    expect(await postSigned(webhook([text('plain-1', 'no contacts', '15550100002'), odd]))).toBe(200)
    expect(
      await postSigned({
        object: 'whatsapp_business_account',
        entry: [null, 7, { changes: 'no' }, { changes: [null, { field: 3 }] }],
      }),
    ).toBe(200)
    expect(await postSigned(webhook([], { statuses: [null, { id: 5 }], contacts: null }))).toBe(200)
    expect(await stored('+15550100002')).toMatchObject([
      { providerId: 'plain-1', type: 'text', text: 'no contacts' },
      { providerId: 'odd-1', type: 'unsupported' },
    ])
  })

  it('NUL bytes and lone surrogates: stored, and their neighbours in the batch too', async () => {
    const bad = '"zero \\u0000 byte, lone \\ud83d surrogate"'
    const body = JSON.stringify(
      webhook([text('nul-1', 'BAD', '15550100003'), text('nul-2', 'fine', '15550100003')], {
        contacts: [{ wa_id: '15550100003', profile: { name: 'BAD' } }],
      }),
    ).replaceAll('"BAD"', bad)
    expect(await postSigned(body)).toBe(200)
    expect(await stored('+15550100003')).toMatchObject([
      { providerId: 'nul-1', text: 'zero \ufffd byte, lone \ufffd surrogate' },
      { providerId: 'nul-2', text: 'fine' },
    ])
  })

  it('one message that cannot be stored: hurts nobody else, and the webhook is not acknowledged', async () => {
    const monstrous = text(`wamid.${'x'.repeat(5_000)}`, 'an id that no provider gives', '15550100004')
    const [bad, good] = await Promise.all([
      postSigned(webhook([monstrous, text('neighbour-1', 'in the same webhook', '15550100004')])),
      postSigned(webhook([text('neighbour-2', 'in another webhook', '15550100005')])),
    ])
    expect(good).toBe(200)
    expect([200, 500]).toContain(bad)
    expect(await stored('+15550100005')).toMatchObject([{ providerId: 'neighbour-2' }])
    const ids = (await stored('+15550100004')).map(({ providerId }) => providerId)
    expect(ids).toContain('neighbour-1')
  })

  it('ten thousand entries: all stored', async () => {
    const one = webhook([text('x', 'x')]).entry[0]
    const entry = Array.from({ length: 10_000 }, (_, index) =>
      JSON.parse(
        JSON.stringify(one).replace('"id":"x"', `"id":"many-${index}"`).replace('15550100001', '15550100006'),
      ),
    )
    // Ten thousand at full length are more than Meta's 3 MB; in two halves they are not.
    expect(await postSigned({ object: 'whatsapp_business_account', entry: entry.slice(0, 5_000) })).toBe(200)
    expect(await postSigned({ object: 'whatsapp_business_account', entry: entry.slice(5_000) })).toBe(200)
    const newest = (
      await flagship.api<{ messages: MessageView[] }>('messages?phone=%2B15550100006&limit=500')
    ).body.messages
    expect(newest.filter(({ author }) => author === 'customer').length).toBeGreaterThan(490)
  }, 60_000)

  it('other methods and paths: a clear answer', async () => {
    expect((await fetch(`${flagship.url}/webhooks/meta`, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(`${flagship.url}/webhooks/fax`, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${flagship.url}/nowhere`)).status).toBe(404)
  })

  it('and after all of it the process is the same, healthy, and answers', async () => {
    expect((await fetch(`${flagship.url}/health`)).status).toBe(200)
    const before = emulator.ledger.sent().length
    await emulator.person('Alex Rivera').text('are you there?')
    await emulator.ledger.waitForSent(sent => sent.person === emulator.person('Alex Rivera').key, 20_000)
    expect(emulator.ledger.sent().length).toBeGreaterThan(before)
  })
})

describe('a database that is away', () => {
  it('means 503 and health says so; when it is back the redelivered webhook is answered once', async () => {
    await using running = disposables()
    const server = await startPostgres({ fsync: false })
    running.use({ [Symbol.asyncDispose]: () => server.close() })
    const emulator = running.use(
      await startEmulator({ redelivery: { firstMs: 500, maxMs: 1_000, attempts: 60 } }),
    )
    const flagship = running.use(await startFlagship(connectTo(emulator, { DATABASE_URL: server.url })))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    await server.stop('immediate')
    const said = emulator.person().text('Hello', { wait: true })
    await sleep(1_500)
    expect(emulator.webhooks.attempts.some(({ status }) => status === 503)).toBe(true)
    expect((await fetch(`${flagship.url}/health`)).status).toBe(503)
    await server.start()
    expect((await said).delivered).toBe(true)
    await emulator.ledger.waitForSent(1, 30_000)
    await sleep(1_000)
    expect(emulator.ledger.sent()).toHaveLength(1)
    expect((await fetch(`${flagship.url}/health`)).status).toBe(200)
  }, 120_000)
})
