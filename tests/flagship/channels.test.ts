import { describe, expect, it } from 'vitest'
import {
  connectAll,
  conversationsOf,
  forBursts,
  messagesIn,
  patienceMs,
  secondNumber,
  sentVia,
} from './all-channels.js'

describe.concurrent.each(['meta', 'whapi', 'waha'])('over %s', via => {
  it('a burst of five is one reply that knows all five, and a webhook told five times is one message', async () => {
    await using scene = await connectAll(forBursts)
    const { emulator, alex, flagship } = scene
    emulator.faults.add({ kind: 'duplicate-webhook', copies: 5, concurrent: true, via })
    for (let index = 1; index <= 5; index++) await alex.text(`part ${index} of five`, { via })
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, patienceMs)
    await scene.nothingMore()
    expect(sentVia(emulator, via)).toHaveLength(1)
    for (let index = 1; index <= 5; index++) expect(reply?.text).toContain(`part ${index} of five`)
    const messages = await messagesIn(flagship, via)
    expect(messages.filter(({ author }) => author === 'customer')).toHaveLength(5)
    expect(messages.filter(({ author }) => author === 'bot')).toHaveLength(1)
    expect(emulator.refusals).toEqual([])
  })

  it('a person who answers from the phone silences the bot until the handback', async () => {
    await using scene = await connectAll()
    const { emulator, alex, flagship } = scene
    await alex.text('Hello', { via })
    await emulator.ledger.waitForSent(sent => sent.provider === via, patienceMs)
    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    await alex.text('Thank you, Sam', { via })
    await scene.nothingMore()
    expect(sentVia(emulator, via)).toHaveLength(1)
    const conversation = (await conversationsOf(flagship)).find(({ channel }) => channel === via)
    expect(conversation?.handoff).toBe('human')
    await flagship.api('handback', { conversation: conversation?.id })
    await alex.text('And now?', { via })
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length === 2, patienceMs)
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
    await using scene = await connectAll()
    const { emulator, alex } = scene
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 1, via })
    const { id } = await alex.text('Is it open?', { via, timestamp: new Date(Date.now() - 60_000) })
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, patienceMs)
    await scene.nothingMore()
    expect(sentVia(emulator, via)).toHaveLength(1)
    expect(reply?.quotedId).toBe(id)
  })

  it('a crash between webhook and reply loses nothing and doubles nothing', async () => {
    await using scene = await connectAll()
    const { emulator, flagship, start } = scene
    const people = Array.from({ length: 5 }, (_, index) => emulator.addPerson({ name: `Person ${index}` }))
    await Promise.all(people.map(person => person.text(`Hello from ${person.name}`, { via })))
    await flagship.kill()
    await start()
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length >= people.length, patienceMs)
    await scene.nothingMore()
    expect(new Set(sentVia(emulator, via).map(({ person }) => person)).size).toBe(people.length)
    expect(sentVia(emulator, via)).toHaveLength(people.length)
  })
})

it('one person on two of Meta’s numbers, Whapi, WAHA and MCP: five conversations, one user', async () => {
  await using scene = await connectAll()
  const { emulator, alex, flagship } = scene
  for (const via of [undefined, secondNumber.phoneNumberId, 'whapi', 'waha', 'mcp']) {
    await alex.text(`Hello ${via}`, via === undefined ? {} : { via })
  }
  await emulator.ledger.waitForSent(5, patienceMs)
  await scene.nothingMore()
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
