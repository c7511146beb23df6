import { type Emulator, startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import { describe, expect, it } from 'vitest'
import {
  type ConversationView,
  connectToAll,
  disposables,
  type Flagship,
  type MessageView,
  startFlagship,
} from './flagship.js'

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

const secondNumber = {
  phoneNumberId: '106540000000002',
  displayPhoneNumber: '15550008888',
  businessAccountId: '102290000000001',
}
const whapiSecret = 'a secret of the webhooks'

/** One flagship with two of Meta's numbers, Whapi, WAHA and an MCP server, on one emulator and one database. */
async function setUp() {
  const stack = disposables()
  const emulator = stack.use(
    await startEmulator({
      otherNumbers: [secondNumber],
      whapi: { headers: { authorization: `Bearer ${whapiSecret}` } },
      waha: { engine: 'NOWEB' },
      mcp: {},
    }),
  )
  const database = stack.use(await createDatabase())
  const environment = connectToAll(emulator, whapiSecret, {
    DATABASE_URL: database.url,
    WHATSAPP_ACCOUNTS: JSON.stringify([
      { phoneNumberId: secondNumber.phoneNumberId, accessToken: emulator.account.accessToken },
    ]),
    MCP_SERVER_URL: emulator.mcp.url,
    MCP_TOKEN: emulator.mcp.token ?? '',
    MCP_PROFILE: 'standard',
    MCP_POLL_SECONDS: '1',
  })
  const start = async () => {
    const flagship = stack.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    emulator.whapi.connect(`${flagship.url}/webhooks/whapi`)
    emulator.waha.connect(`${flagship.url}/webhooks/waha`)
    return flagship
  }
  return {
    emulator,
    flagship: await start(),
    start,
    alex: emulator.person('Alex Rivera'),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

async function conversationsOf(flagship: Flagship): Promise<readonly ConversationView[]> {
  const { body } = await flagship.api<{ conversations: ConversationView[] }>('conversations')
  return body.conversations
}

async function messagesIn(flagship: Flagship, channel: string): Promise<readonly MessageView[]> {
  const conversation = (await conversationsOf(flagship)).find(one => one.channel === channel)
  if (!conversation) return []
  const { body } = await flagship.api<{ messages: MessageView[] }>(`messages?conversation=${conversation.id}`)
  return body.messages
}

const sentVia = (emulator: Emulator, via: string) =>
  emulator.ledger.sent().filter(({ provider }) => provider === via)

/** Nothing more comes: the time of a turn passes, and all that was on its way has arrived. */
async function nothingMore(emulator: Emulator): Promise<void> {
  await sleep(1_500)
  await emulator.ledger.waitForQuiet(300)
}

/** So many polls began. They come one after the other: all but the last were stored too. */
async function morePolls(emulator: Emulator, times: number): Promise<void> {
  const begun = () =>
    emulator.ledger.requests().filter(({ body }) => JSON.stringify(body)?.includes('"get_chats"')).length
  const before = begun()
  await expect.poll(begun, { timeout: 30_000 }).toBeGreaterThanOrEqual(before + times)
}

describe.each(['meta', 'whapi', 'waha'])('over %s', via => {
  it('a burst of five is one reply that knows all five, and a webhook told five times is one message', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    emulator.faults.add({ kind: 'duplicate-webhook', copies: 5, concurrent: true, via })
    // At once: on a busy machine one after the other takes longer than the quiet window.
    await Promise.all([1, 2, 3, 4, 5].map(index => alex.text(`part ${index} of five`, { via })))
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via)
    await nothingMore(emulator)
    expect(sentVia(emulator, via)).toHaveLength(1)
    for (let index = 1; index <= 5; index++) expect(reply?.text).toContain(`part ${index} of five`)
    const messages = await messagesIn(flagship, via)
    expect(messages.filter(({ author }) => author === 'customer')).toHaveLength(5)
    expect(messages.filter(({ author }) => author === 'bot')).toHaveLength(1)
    expect(emulator.refusals).toEqual([])
  })

  it('a person who answers from the phone silences the bot until the handback', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    await alex.text('Hello', { via })
    await emulator.ledger.waitForSent(sent => sent.provider === via)
    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    await alex.text('Thank you, Sam', { via })
    await nothingMore(emulator)
    expect(sentVia(emulator, via)).toHaveLength(1)
    const conversation = (await conversationsOf(flagship)).find(({ channel }) => channel === via)
    expect(conversation?.handoff).toBe('human')
    await flagship.api('handback', { conversation: conversation?.id })
    await alex.text('And now?', { via })
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length === 2)
    expect((await messagesIn(flagship, via)).map(({ author }) => author)).toEqual([
      'customer',
      'bot',
      'operator',
      'customer',
      'customer',
      'bot',
    ])
  })

  it('an old message is quoted, and a provider that fails once still gets the reply', async () => {
    await using scene = await setUp()
    const { emulator, alex } = scene
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 1, via })
    const { id } = await alex.text('Is it open?', { via, timestamp: new Date(Date.now() - 60_000) })
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, 15_000)
    await nothingMore(emulator)
    expect(sentVia(emulator, via)).toHaveLength(1)
    expect(reply?.quotedId).toBe(id)
  })

  it('a crash between webhook and reply loses nothing and doubles nothing', async () => {
    await using scene = await setUp()
    const { emulator, flagship, start } = scene
    const people = Array.from({ length: 5 }, (_, index) => emulator.addPerson({ name: `Person ${index}` }))
    await Promise.all(people.map(person => person.text(`Hello from ${person.name}`, { via })))
    await flagship.kill()
    await start()
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length >= people.length, 30_000)
    await nothingMore(emulator)
    expect(new Set(sentVia(emulator, via).map(({ person }) => person)).size).toBe(people.length)
    expect(sentVia(emulator, via)).toHaveLength(people.length)
  })
})

describe('over mcp, where nothing is pushed', () => {
  const via = 'mcp'

  it('a burst of five is one reply that knows all five, however often the polls see it', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    for (let index = 1; index <= 5; index++) await alex.text(`part ${index} of five`, { via })
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, 15_000)
    // Each looks back over the same messages, and over our own answer.
    await morePolls(emulator, 4)
    await nothingMore(emulator)
    expect(sentVia(emulator, via)).toHaveLength(1)
    for (let index = 1; index <= 5; index++) expect(reply?.text).toContain(`part ${index} of five`)
    const messages = await messagesIn(flagship, via)
    expect(messages.filter(({ author }) => author === 'customer')).toHaveLength(5)
    expect(messages.filter(({ author }) => author === 'bot')).toHaveLength(1)
    expect(messages).toHaveLength(6)
    expect(reply?.quotedId).toBeUndefined()
    expect(emulator.refusals).toEqual([])
  })

  it('a person who answers from the phone silences the bot until the handback', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    const handoff = async () =>
      (await conversationsOf(flagship)).find(({ channel }) => channel === via)?.handoff
    await alex.text('Hello', { via })
    await emulator.ledger.waitForSent(sent => sent.provider === via, 15_000)
    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    // Until a poll has seen it nobody can know: that is what polling costs.
    await expect.poll(handoff, { timeout: 15_000 }).toBe('human')
    await alex.text('Thank you, Sam', { via })
    await expect.poll(async () => (await messagesIn(flagship, via)).length, { timeout: 15_000 }).toBe(4)
    await nothingMore(emulator)
    expect(sentVia(emulator, via)).toHaveLength(1)
    const conversation = (await conversationsOf(flagship)).find(({ channel }) => channel === via)
    await flagship.api('handback', { conversation: conversation?.id })
    await alex.text('And now?', { via })
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length === 2, 15_000)
    expect((await messagesIn(flagship, via)).map(({ author }) => author)).toEqual([
      'customer',
      'bot',
      'operator',
      'customer',
      'customer',
      'bot',
    ])
  })

  it('what was written while the server was down is answered with a quote, also after a rate limit', async () => {
    await using scene = await setUp()
    const { emulator, alex } = scene
    await morePolls(emulator, 2)
    const down = emulator.faults.add({ kind: 'server-error', on: 'any', times: 'always', via })
    const { id } = await alex.text('Is it open?', { via })
    // Longer than a reply may take without a quote.
    await sleep(11_000)
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 1, via })
    down.remove()
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, 30_000)
    await morePolls(emulator, 2)
    expect(sentVia(emulator, via)).toHaveLength(1)
    expect(reply?.quotedId).toBe(id)
    expect(emulator.faults.list()).toMatchObject([{ fault: { kind: 'rate-limit' }, used: 1 }])
  })

  it('a crash before the replies loses nothing and doubles nothing, nor what is written meanwhile', async () => {
    await using scene = await setUp()
    const { emulator, flagship, start } = scene
    // Where to go on is stored with the first poll: what is older than that is history.
    await morePolls(emulator, 2)
    const people = Array.from({ length: 6 }, (_, index) => emulator.addPerson({ name: `Person ${index}` }))
    const [late, ...early] = people
    await Promise.all(early.map(person => person.text(`Hello from ${person.name}`, { via })))
    await morePolls(emulator, 1)
    await flagship.kill()
    await late?.text('Is anybody there?', { via })
    await start()
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length >= people.length, 30_000)
    await morePolls(emulator, 3)
    await nothingMore(emulator)
    expect(new Set(sentVia(emulator, via).map(({ person }) => person)).size).toBe(people.length)
    expect(sentVia(emulator, via)).toHaveLength(people.length)
  })
})

it('one person on two of Meta’s numbers, Whapi, WAHA and MCP: five conversations, one user', async () => {
  await using scene = await setUp()
  const { emulator, alex, flagship } = scene
  for (const via of [undefined, secondNumber.phoneNumberId, 'whapi', 'waha', 'mcp']) {
    await alex.text(`Hello ${via}`, via === undefined ? {} : { via })
  }
  await emulator.ledger.waitForSent(5, 15_000)
  await nothingMore(emulator)
  const sent = emulator.ledger.sent()
  expect(sent.map(({ phoneNumberId }) => phoneNumberId).sort()).toEqual(
    [
      emulator.account.phoneNumberId,
      secondNumber.phoneNumberId,
      emulator.whapi.channelId,
      emulator.waha.session,
      emulator.mcp.id,
    ].sort(),
  )
  const conversations = await conversationsOf(flagship)
  expect(conversations).toHaveLength(5)
  expect(new Set(conversations.map(({ userId }) => userId)).size).toBe(1)
  expect(new Set(conversations.map(({ channel, account }) => `${channel} ${account}`)).size).toBe(5)
})
