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

/** One flagship with two of Meta's numbers, Whapi and WAHA, on one emulator and one database. */
async function setUp() {
  const stack = disposables()
  const emulator = stack.use(
    await startEmulator({
      otherNumbers: [secondNumber],
      whapi: { headers: { authorization: `Bearer ${whapiSecret}` } },
      waha: { engine: 'NOWEB' },
    }),
  )
  const database = stack.use(await createDatabase())
  const environment = connectToAll(emulator, whapiSecret, {
    DATABASE_URL: database.url,
    WHATSAPP_ACCOUNTS: JSON.stringify([
      { phoneNumberId: secondNumber.phoneNumberId, accessToken: emulator.account.accessToken },
    ]),
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

/** Nothing more comes: the time of a turn passes without a request. */
async function nothingMore(emulator: Emulator): Promise<void> {
  await sleep(1_500)
  await emulator.ledger.waitForQuiet(300)
}

describe.each(['meta', 'whapi', 'waha'])('over %s', via => {
  it('a burst of five is one reply that knows all five, and a webhook told five times is one message', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    emulator.faults.add({ kind: 'duplicate-webhook', copies: 5, concurrent: true, via })
    for (let index = 1; index <= 5; index++) await alex.text(`part ${index} of five`, { via })
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

it('one person on two of Meta’s numbers, Whapi and WAHA: four conversations, one user', async () => {
  await using scene = await setUp()
  const { emulator, alex, flagship } = scene
  for (const via of [undefined, secondNumber.phoneNumberId, 'whapi', 'waha']) {
    await alex.text(`Hello ${via}`, via === undefined ? {} : { via })
  }
  await emulator.ledger.waitForSent(4, 15_000)
  await nothingMore(emulator)
  const sent = emulator.ledger.sent()
  expect(sent.map(({ phoneNumberId }) => phoneNumberId).sort()).toEqual(
    [
      emulator.account.phoneNumberId,
      secondNumber.phoneNumberId,
      emulator.whapi.channelId,
      emulator.waha.session,
    ].sort(),
  )
  const conversations = await conversationsOf(flagship)
  expect(conversations).toHaveLength(4)
  expect(new Set(conversations.map(({ userId }) => userId)).size).toBe(1)
  expect(new Set(conversations.map(({ channel, account }) => `${channel} ${account}`)).size).toBe(4)
})
