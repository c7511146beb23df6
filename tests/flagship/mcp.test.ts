import type { Emulator } from '@switchboard/emulator'
import { describe, expect, it, vi } from 'vitest'
import { connectAll, conversationsOf, forBursts, messagesIn, patienceMs, sentVia } from './all-channels.js'

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: patienceMs })

/** So many polls began. They come one after the other: all but the last were stored too. */
async function morePolls(emulator: Emulator, times: number): Promise<void> {
  const begun = () =>
    emulator.ledger.requests().filter(({ body }) => JSON.stringify(body)?.includes('"get_chats"')).length
  const before = begun()
  await eventually(() => expect(begun()).toBeGreaterThanOrEqual(before + times))
}

describe.concurrent('over mcp, where nothing is pushed', () => {
  const via = 'mcp'

  it('a burst of five is one reply that knows all five, however often the polls see it', async () => {
    await using scene = await connectAll(forBursts)
    const { emulator, alex, flagship } = scene
    for (let index = 1; index <= 5; index++) await alex.text(`part ${index} of five`, { via })
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, patienceMs)
    // Each looks back over the same messages, and over our own answer.
    await morePolls(emulator, 4)
    await scene.nothingMore()
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
    await using scene = await connectAll()
    const { emulator, alex, flagship } = scene
    const handoff = async () =>
      (await conversationsOf(flagship)).find(({ channel }) => channel === via)?.handoff
    await alex.text('Hello', { via })
    await emulator.ledger.waitForSent(sent => sent.provider === via, patienceMs)
    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    // Until a poll has seen it nobody can know: that is what polling costs.
    await eventually(async () => expect(await handoff()).toBe('human'))
    await alex.text('Thank you, Sam', { via })
    await eventually(async () => expect(await messagesIn(flagship, via)).toHaveLength(4))
    await scene.nothingMore()
    expect(sentVia(emulator, via)).toHaveLength(1)
    const conversation = (await conversationsOf(flagship)).find(({ channel }) => channel === via)
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

  it('what was written while the server was down is answered with a quote, also after a rate limit', async () => {
    await using scene = await connectAll()
    const { emulator, alex } = scene
    await morePolls(emulator, 2)
    const down = emulator.faults.add({ kind: 'server-error', on: 'any', times: 'always', via })
    const { id } = await alex.text('Is it open?', { via })
    // Longer than a reply may take without a quote.
    await sleep(11_000)
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 1, via })
    down.remove()
    const reply = await emulator.ledger.waitForSent(sent => sent.provider === via, patienceMs)
    await morePolls(emulator, 2)
    expect(sentVia(emulator, via)).toHaveLength(1)
    expect(reply?.quotedId).toBe(id)
    expect(emulator.faults.list()).toMatchObject([{ fault: { kind: 'rate-limit' }, used: 1 }])
  })

  it('a crash before the replies loses nothing and doubles nothing, nor what is written meanwhile', async () => {
    await using scene = await connectAll()
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
    await emulator.ledger.waitForSent(() => sentVia(emulator, via).length >= people.length, patienceMs)
    await morePolls(emulator, 3)
    await scene.nothingMore()
    expect(new Set(sentVia(emulator, via).map(({ person }) => person)).size).toBe(people.length)
    expect(sentVia(emulator, via)).toHaveLength(people.length)
  })
})
