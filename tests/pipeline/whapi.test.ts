import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WhapiChannelOptions, whapiChannel } from '@switchboard/adapters/whapi'
import { createBot } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, onTestFinished, test, vi } from 'vitest'

const account = 'PIPELN-C3D4E'
const webhookSecret = 'pipeline-hook-secret'
const phone = '4915155500001'
const person = { phone: `+${phone}` }
const chat = { chat_id: `${phone}@s.whatsapp.net`, timestamp: Math.floor(Date.now() / 1000) }

type Json = Record<string, unknown>

const customer = (id: string, body: string) => ({
  ...chat,
  id,
  from_me: false,
  type: 'text',
  from: phone,
  source: 'mobile',
  text: { body },
})
const echo = (id: string, source: string, body: string) => ({
  ...chat,
  id,
  from_me: true,
  type: 'text',
  from: '493055500100',
  source,
  status: 'pending',
  text: { body },
})

/** A bot behind Whapi's API, which does what it is told before it answers a send. */
async function setUp(
  beforeAnswer: (id: string, text: string) => Promise<unknown> = async () => undefined,
  options: Partial<WhapiChannelOptions> = {},
) {
  const sent: string[] = []
  const gate = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.method !== 'POST') {
      response.end('{"success":true}')
      return
    }
    const { body } = JSON.parse(Buffer.concat(chunks).toString()) as { body: string }
    const id = `o.${sent.push(body)}.g4CA-pipeline`
    await beforeAnswer(id, body)
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ sent: true, message: { id } }))
  })
  await new Promise<void>(resolve => gate.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`
  const bot = createBot({
    channels: [whapiChannel({ account, token: 'pipeline-credential', webhookSecret, apiUrl, ...options })],
    store: memoryStore(),
    respond: turn => `You said: ${turn.text}`,
    buffer: { quietMs: 0 },
  })
  const worker = bot.work()
  onTestFinished(async () => {
    await worker[Symbol.asyncDispose]()
    gate.closeAllConnections()
    gate.close()
  })
  const deliver = async (parts: Json) => {
    const response = await bot.fetch(
      new Request('http://bot.example/webhooks/whapi', {
        method: 'POST',
        headers: { 'x-webhook-secret': webhookSecret },
        body: JSON.stringify({ ...parts, channel_id: account }),
      }),
    )
    expect(response.status).toBe(200)
  }
  const last = async () => (await bot.messages(person)).at(-1)
  return { bot, sent, deliver, last }
}

test('the echo of a reply is no takeover, before the answer to the send, after it, and twice', async () => {
  const { bot, sent, deliver, last } = await setUp(async (id, text) => {
    await deliver({ messages: [echo(id, 'api', text)] })
  })
  await deliver({ messages: [customer('c.1-a', 'hello')] })
  await vi.waitFor(async () => expect(await last()).toMatchObject({ author: 'bot', status: 'sent' }))
  for (let round = 0; round < 2; round++) {
    await deliver({ messages: [echo('o.1.g4CA-pipeline', 'api', 'You said: hello')] })
  }
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'bot' })
  await deliver({ messages: [customer('c.2-a', 'again')] })
  await vi.waitFor(() => expect(sent).toEqual(['You said: hello', 'You said: again']))
  await vi.waitFor(async () => expect(await last()).toMatchObject({ status: 'sent' }))
  expect((await bot.messages(person)).map(({ author }) => author)).toEqual([
    'customer',
    'bot',
    'customer',
    'bot',
  ])
})

test.each(['mobile', 'web', 'business_api'])('a person who writes over %s takes over', async source => {
  const { bot, sent, deliver } = await setUp()
  await deliver({ messages: [echo('p.1-a', source, 'I am here')] })
  await deliver({ messages: [customer('c.1-a', 'hello')] })
  await deliver({ messages: [customer('c.2-a', 'anybody?')] })
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'human' })
  expect((await bot.messages(person)).map(({ author }) => author)).toEqual([
    'operator',
    'customer',
    'customer',
  ])
  expect(sent).toEqual([])
})

test('with other tools what one of them writes takes over, and the echo of a reply does not', async () => {
  const echoes: Promise<void>[] = []
  const { bot, sent, deliver, last } = await setUp(
    async (id, text) => {
      // Quicker than the answer, which nobody keeps from coming.
      echoes.push(deliver({ messages: [echo(id, 'api', text)] }))
    },
    { otherTools: true },
  )
  await deliver({ messages: [customer('c.1-a', 'hello')] })
  await vi.waitFor(async () => expect(await last()).toMatchObject({ author: 'bot', status: 'sent' }))
  await Promise.all(echoes)
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'bot' })
  await deliver({ messages: [echo('crm.1-a', 'api', 'I am here')] })
  await deliver({ messages: [customer('c.2-a', 'good')] })
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'human' })
  const lines = await bot.messages(person)
  expect(lines.map(({ author, text }) => `${author}: ${text}`)).toEqual([
    'customer: hello',
    'bot: You said: hello',
    'operator: I am here',
    'customer: good',
  ])
  expect(sent).toHaveLength(1)
})

test('receipts in any order, before the answer, and for messages that nobody knows', async () => {
  const receipts = (id: string) => ({
    statuses: ['read', 'sent', 'delivered'].map(status => ({
      id,
      code: 9,
      status,
      recipient_id: chat.chat_id,
      timestamp: String(chat.timestamp),
    })),
  })
  const { deliver, last } = await setUp(async id => {
    await deliver(receipts('o.nobody-a'))
    await deliver(receipts(id))
  })
  await deliver({ messages: [customer('c.1-a', 'hello')] })
  await vi.waitFor(async () => expect(await last()).toMatchObject({ author: 'bot', status: 'read' }))
})

test('an edit that comes as an action and as an update is one line, and is not answered', async () => {
  const { bot, sent, deliver } = await setUp()
  await deliver({ messages: [customer('c.1-a', 'the blue one')] })
  await vi.waitFor(() => expect(sent).toEqual(['You said: the blue one']))
  const action = {
    ...customer('c.2-a', ''),
    type: 'action',
    action: {
      type: 'edited',
      target: 'c.1-a',
      edited_type: 'text',
      edited_content: { body: 'the green one' },
    },
  }
  const update = {
    id: 'c.1-a',
    trigger: action,
    before_update: customer('c.1-a', 'the blue one'),
    after_update: customer('c.1-a', 'the green one'),
    changes: ['text'],
  }
  await deliver({ messages_updates: [update] })
  await deliver({ messages: [action] })
  const edits = (await bot.messages(person)).filter(({ type }) => type === 'edit')
  expect(edits).toMatchObject([{ text: 'the green one', quotedId: 'c.1-a', providerId: 'c.2-a' }])
  expect(sent).toHaveLength(1)
})
