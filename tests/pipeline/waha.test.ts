import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wahaChannel } from '@switchboard/adapters/waha'
import { type BotOptions, createBot } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, onTestFinished, test, vi } from 'vitest'

const hmacKey = 'pipeline-hmac-key'
const phone = '4915155500001'
const chat = `${phone}@c.us`
const lid = '700100000000001@lid'
const group = '120363700000000001@g.us'
const person = { phone: `+${phone}` }
const me = { id: '493055500100@c.us', lid: '700100000000099@lid' }

type Json = Record<string, unknown>

let count = 0

const line = (id: string, body: string, fields: Json = {}) => ({
  id,
  timestamp: Math.floor(Date.now() / 1000),
  from: chat,
  fromMe: id.startsWith('true'),
  source: 'app',
  to: null,
  participant: null,
  body,
  hasMedia: false,
  media: null,
  _data: {},
  ...fields,
})

interface Sent extends Json {
  id?: string
  text?: string
  reply_to?: string
}

type BeforeAnswer = (id: string, request: Sent) => unknown

/** A bot behind a WAHA, which does what it is told before it answers a send. */
async function setUp(engine: string, beforeAnswer?: BeforeAnswer, options: Partial<BotOptions> = {}) {
  const sent: Sent[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.setHeader('content-type', 'application/json')
    if (request.url === '/api/sessions/default') {
      response.end(JSON.stringify({ status: 'WORKING', engine: { engine } }))
      return
    }
    // The other addresses of somebody who hides: none are known.
    if (request.method === 'GET') return void response.end('{}')
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Sent
    if (request.url !== '/api/sendText') return void response.writeHead(201).end('{}')
    sent.push(body)
    const id = `true_${String(body.chatId)}_${body.id ?? `3EBENGINE${sent.length}`}`
    if ((await beforeAnswer?.(id, body)) === 'break') return void request.socket.destroy()
    response.writeHead(201).end(JSON.stringify({ id }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bot = createBot({
    channels: [wahaChannel({ url, hmacKey })],
    store: memoryStore(),
    respond: turn => `You said: ${turn.text}`,
    buffer: { quietMs: 0 },
    ...options,
  })
  const worker = bot.work()
  onTestFinished(async () => {
    await worker[Symbol.asyncDispose]()
    server.closeAllConnections()
    server.close()
  })
  const deliver = async (event: string, payload: unknown) => {
    const webhook = {
      id: `evt_${++count}`,
      timestamp: Date.now(),
      event,
      session: 'default',
      me,
      payload,
      engine,
    }
    const body = JSON.stringify(webhook)
    const hmac = createHmac('sha512', hmacKey).update(body).digest('hex')
    const request = { method: 'POST', headers: { 'x-webhook-hmac': hmac }, body }
    const response = await bot.fetch(new Request('http://bot.example/webhooks/waha', request))
    expect(response.status).toBe(200)
  }
  const authors = async () => (await bot.messages(person)).map(({ author }) => author)
  const last = async () => (await bot.messages(person)).at(-1)
  return { bot, sent, deliver, authors, last }
}

test.each([
  ['NOWEB', 'api'],
  ['GOWS', 'api'],
  ['WEBJS', 'api'],
  ['WEBJS', 'app'],
  ['WPP', undefined],
])(
  '%s: the echo of a reply is no takeover (source %s): before its answer, after it, and twice',
  async (engine, source) => {
    const echoes: Promise<void>[] = []
    const { bot, sent, deliver, authors, last } = await setUp(engine, (id, { text = '' }) => {
      echoes.push(deliver('message.any', line(id, text, { source })))
    })
    await deliver('message.any', line(`false_${chat}_3A1`, 'hello'))
    await vi.waitFor(async () => expect(await last()).toMatchObject({ author: 'bot', status: 'sent' }))
    await Promise.all(echoes)
    const providerId = (await last())?.providerId
    await deliver('message.any', line(`true_${chat}_${providerId}`, 'You said: hello', { source }))
    expect(await bot.conversation(person)).toMatchObject({ handoff: 'bot' })

    await deliver('message', line(`false_${chat}_3A2`, 'again'))
    await deliver('message.any', line(`false_${chat}_3A2`, 'again'))
    await vi.waitFor(() =>
      expect(sent.map(({ text }) => text)).toEqual(['You said: hello', 'You said: again']),
    )
    await Promise.all(echoes)
    await vi.waitFor(async () => expect(await last()).toMatchObject({ status: 'sent' }))
    expect(await authors()).toEqual(['customer', 'bot', 'customer', 'bot'])
  },
)

test('a person who writes on the phone takes over, by phone or by lid', async () => {
  const { bot, sent, deliver, authors } = await setUp('GOWS')
  const hidden = { from: lid, _data: { Info: { SenderAlt: `${phone}:0@s.whatsapp.net` } } }
  await deliver('message.any', line(`true_${chat}_3E1`, 'I am here'))
  await deliver('message.any', line(`false_${lid}_3A1`, 'hello', hidden))
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'human' })
  expect(await authors()).toEqual(['operator', 'customer'])
  expect(sent).toEqual([])
})

test('receipts in any order, before the answer, by any form of the id', async () => {
  const { bot, deliver, last } = await setUp('GOWS', async id => {
    const stanza = id.split('_')[2]
    for (const [form, ack] of [
      [`false_${lid}_${stanza}`, 3],
      [id, 1],
      [id, 2],
    ]) {
      await deliver('message.ack', { id: form, ack })
    }
  })
  await deliver('message.ack', { id: `true_${chat}_3ENOBODY`, ack: 3 })
  await deliver('message.any', line(`false_${chat}_3A1`, 'hello'))
  await vi.waitFor(async () => expect(await last()).toMatchObject({ author: 'bot', status: 'read' }))
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'bot' })
})

test('a send whose answer was lost is known by its echo', async () => {
  const { deliver, last, sent } = await setUp('NOWEB', () => 'break')
  await deliver('message.any', line(`false_${chat}_3A1`, 'hello'))
  await vi.waitFor(async () => expect(await last()).toMatchObject({ author: 'bot', status: 'unknown' }))
  const id = sent[0]?.id
  await deliver('message.any', line(`true_${chat}_${id}`, 'You said: hello', { source: 'api' }))
  expect(await last()).toMatchObject({ author: 'bot', status: 'sent', providerId: id })
})

test.each([
  ['WEBJS', { mentionedJidList: [me.id] }],
  ['NOWEB', { message: { extendedTextMessage: { contextInfo: { mentionedJid: [me.lid] } } } }],
  ['GOWS', { Message: { extendedTextMessage: { contextInfo: { mentionedJID: [me.lid] } } } }],
])('%s: who mentions us in a group, or quotes us, is answered, and nobody else', async (engine, _data) => {
  const { deliver, sent } = await setUp(engine)
  const said = { from: group, participant: lid }
  await deliver('message.any', line(`false_${group}_3A1_${lid}`, 'hello all', said))
  const asked = `false_${group}_3A2_${lid}`
  await deliver('message.any', line(asked, 'is there tea?', { ...said, _data }))
  const answered = { chatId: group, reply_to: asked, text: expect.stringContaining('is there tea?') }
  await vi.waitFor(() => expect(sent).toMatchObject([answered]))
  const replyTo = { id: sent[0]?.id ?? '3EBENGINE1' }
  await deliver('message.any', line(`false_${group}_3A3_${lid}`, 'thank you all', said))
  await deliver('message.any', line(`false_${group}_3A4_${lid}`, 'green tea?', { ...said, replyTo }))
  await vi.waitFor(() => expect(sent).toMatchObject([answered, { chatId: group }]))
})

test('a hidden person is answered where they wrote', async () => {
  const { deliver, sent } = await setUp('GOWS')
  await deliver('message.any', line(`false_${lid}_3A1`, 'hello', { from: lid }))
  await vi.waitFor(() => expect(sent).toMatchObject([{ chatId: lid, text: 'You said: hello' }]))
})
