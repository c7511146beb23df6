import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Emulator, type SentMessage, startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import { expect, it } from 'vitest'
import {
  answerWithModel,
  type ConversationView,
  connectToAll,
  disposables,
  type Flagship,
  type MessageView,
  startFlagship,
} from './flagship.js'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
console.info(`Processes are killed and conversations taken over with SEED=${seed}.`)

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const channels = ['meta', 'whapi', 'waha', 'mcp'] as const
const whapiSecret = 'a secret of the webhooks'

/** mulberry32. */
function createRandom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Two processes on one database, behind something that delivers every webhook to both of them at once: what one has taken
 * counts as delivered.
 */
async function setUp() {
  const stack = disposables()
  const emulator = stack.use(
    await startEmulator({
      whapi: { headers: { authorization: `Bearer ${whapiSecret}` } },
      waha: { engine: 'GOWS' },
      mcp: {},
      model: { answer: { text: 'Done.', delayMs: 150 } },
      redelivery: { firstMs: 200, maxMs: 1_000, attempts: 60 },
    }),
  )
  const database = stack.use(await createDatabase())
  const environment = connectToAll(emulator, whapiSecret, {
    DATABASE_URL: database.url,
    MCP_SERVER_URL: emulator.mcp.url,
    MCP_TOKEN: emulator.mcp.token ?? '',
    MCP_POLL_SECONDS: '1',
    ...answerWithModel(emulator),
  })
  const running: (Flagship | undefined)[] = []
  const start = async (index: number) => {
    running[index] = stack.use(await startFlagship(environment))
  }
  await Promise.all([start(0), start(1)])

  const fan = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', async () => {
      const { method = 'POST', headers, url = '' } = request
      const body = Buffer.concat(chunks)
      const answers = running.flatMap(flagship =>
        flagship
          ? fetch(`${flagship.url}${url}`, { method, body, headers: headers as Record<string, string> })
          : [],
      )
      const outcomes = await Promise.allSettled(answers)
      const taken = outcomes.some(outcome => outcome.status === 'fulfilled' && outcome.value.status === 200)
      response.writeHead(taken ? 200 : 503).end()
    })
  }).listen(0, '127.0.0.1')
  await once(fan, 'listening')
  stack.use({
    async [Symbol.asyncDispose]() {
      fan.closeAllConnections()
      fan.close()
    },
  })
  const url = `http://127.0.0.1:${(fan.address() as AddressInfo).port}`
  emulator.connect(`${url}/webhooks/meta`)
  emulator.whapi.connect(`${url}/webhooks/whapi`)
  emulator.waha.connect(`${url}/webhooks/waha`)
  // Where to go on is stored with the first poll: what is older than that is history.
  const polls = () =>
    emulator.ledger.requests().filter(({ body }) => JSON.stringify(body)?.includes('"get_chats"')).length
  await expect.poll(polls, { timeout: 30_000 }).toBeGreaterThanOrEqual(2)
  return {
    emulator,
    /** One that lives. */
    alive: () => running.find(flagship => flagship !== undefined) as Flagship,
    outputs: () => running.map(flagship => flagship?.output() ?? '').join('\n'),
    async killAndRestart(index: number, awayMs: number) {
      const victim = running[index]
      running[index] = undefined
      await victim?.kill()
      await sleep(awayMs)
      await start(index)
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

type Scene = Awaited<ReturnType<typeof setUp>>

async function conversationsOf(scene: Scene): Promise<readonly ConversationView[]> {
  const { body } = await scene.alive().api<{ conversations: ConversationView[] }>('conversations?limit=500')
  return body.conversations
}

async function messagesIn(scene: Scene, { id }: ConversationView): Promise<readonly MessageView[]> {
  const { body } = await scene
    .alive()
    .api<{ messages: MessageView[] }>(`messages?conversation=${id}&limit=100`)
  return body.messages
}

/** Those to a person on a channel. */
function sentTo(emulator: Emulator, person: string, via: string): readonly SentMessage[] {
  return emulator.ledger.sent().filter(sent => sent.person === person && sent.provider === via)
}

/** Everybody was heard once and has one answer: on its way, or parked because a process died while it was sending. */
async function nothingOpen(scene: Scene, expected: number): Promise<boolean> {
  const all = await conversationsOf(scene)
  if (all.length < expected) return false
  const lines = await Promise.all(all.map(conversation => messagesIn(scene, conversation)))
  return lines.every(messages => {
    const last = messages.at(-1)
    return last?.author === 'bot' && !['pending', 'sending'].includes(last.status ?? '')
  })
}

it('two processes that die at any moment, every webhook at both: each message once, each answer once', async () => {
  await using scene = await setUp()
  const { emulator } = scene
  const random = createRandom(seed)
  const people = Array.from({ length: 4 }, (_, index) => emulator.addPerson({ name: `Person ${index}` }))
  const writing = people.flatMap(person =>
    channels.map(async via => {
      await sleep(random() * 4_000)
      await person.text(`Hello from ${person.name} over ${via}`, { via })
    }),
  )
  const dying = (async () => {
    for (let round = 0; round < 3; round++) {
      await sleep(400 + random() * 1_200)
      await scene.killAndRestart(round % 2, random() * 500)
    }
  })()
  await Promise.all([...writing, dying])
  const expected = people.length * channels.length
  await expect.poll(() => nothingOpen(scene, expected), { timeout: 60_000, interval: 500 }).toBe(true)
  // A second answer would be on its way by now.
  await sleep(1_500)

  const all = await conversationsOf(scene)
  expect(all).toHaveLength(expected)
  for (const conversation of all) {
    const { channel, phone } = conversation
    const person = people.find(one => one.phone?.replace(/\D/g, '') === phone?.replace(/\D/g, ''))
    const messages = await messagesIn(scene, conversation)
    const replies = messages.filter(({ author }) => author === 'bot')
    const where = `${channel} ${person?.name}: ${JSON.stringify(messages)}`
    expect(
      messages.filter(({ author }) => author === 'customer'),
      where,
    ).toHaveLength(1)
    expect(replies, where).toHaveLength(1)
    const arrived = sentTo(emulator, person?.key ?? '', channel).length
    // Only of a send that its process did not survive nobody knows.
    if (replies[0]?.status === 'unknown') expect(arrived, where).toBeLessThanOrEqual(1)
    else expect(arrived, where).toBe(1)
  }
  expect(scene.outputs()).not.toMatch(/unhandled|Hello from Person/i)
}, 120_000)

it('takeovers while replies are being made, on each channel: nothing of the bot after it', async () => {
  await using scene = await setUp()
  const { emulator } = scene
  const random = createRandom(seed + 1)
  const people = Array.from({ length: 3 }, (_, index) => emulator.addPerson({ name: `Person ${index}` }))
  const takenAt = new Map<string, number>()
  await Promise.all(
    people.flatMap(person =>
      channels.map(async via => {
        await person.text('Hello', { via })
        const find = async () =>
          (await conversationsOf(scene)).find(
            one => one.channel === via && one.phone?.replace(/\D/g, '') === person.phone?.replace(/\D/g, ''),
          )
        await expect.poll(find, { timeout: 30_000, interval: 50 }).toBeDefined()
        await sleep(random() * 900)
        const { status } = await scene.alive().api('takeover', { conversation: (await find())?.id })
        expect(status).toBe(200)
        takenAt.set(`${via} ${person.key}`, Date.now())
        await person.text('Are you a person now?', { via })
      }),
    ),
  )
  await sleep(4_000)
  for (const sent of emulator.ledger.sent()) {
    const at = takenAt.get(`${sent.provider} ${sent.person}`) ?? 0
    // What had left, or was leaving, before the takeover was committed arrives.
    expect(sent.acceptedAt - at, `${sent.provider} ${sent.person}`).toBeLessThan(500)
  }
  for (const conversation of await conversationsOf(scene)) {
    const messages = await messagesIn(scene, conversation)
    const last = messages.findLastIndex(({ author }) => author === 'customer')
    const after = messages
      .slice(last)
      .filter(({ author, status }) => author === 'bot' && status !== 'cancelled')
    expect(after, conversation.channel).toEqual([])
    expect(messages.filter(({ author }) => author === 'customer')).toHaveLength(2)
  }
}, 120_000)
