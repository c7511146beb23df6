import { once } from 'node:events'
import { connect } from 'node:net'
import { startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import { describe, expect, it } from 'vitest'
import {
  answerWithModel,
  connectTo,
  disposables,
  type MessageView,
  nothingMore,
  patienceMs,
  startFlagship,
  temporaryDirectory,
} from './flagship.js'
import { messagesOf, setUp, sleep } from './whole.js'

describe.concurrent('never twice', { timeout: 120_000 }, () => {
  it('same message five times: one row, one reply', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    emulator.faults.add({ kind: 'duplicate-webhook', copies: 5, concurrent: true })
    const { id, deliveries } = await alex.text('Hello')
    expect(deliveries).toHaveLength(5)
    await emulator.ledger.waitForSent(1, patienceMs)
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toHaveLength(1)
    const rows = (await messagesOf(flagship)).filter(({ providerId }) => providerId === id)
    expect(rows).toHaveLength(1)
  })

  it('a burst of five: one reply that knows all five', async () => {
    await using scene = await setUp({}, { BUFFER_QUIET_MS: '1000', BUFFER_MAX_WAIT_MS: '20000' })
    const { emulator, alex } = scene
    for (let index = 1; index <= 5; index++) {
      await alex.text(`part ${index} of five`)
      await sleep(60)
    }
    const [reply] = await emulator.ledger.waitForSent(1, patienceMs)
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toHaveLength(1)
    for (let index = 1; index <= 5; index++) expect(reply?.text).toContain(`part ${index} of five`)
    expect(reply?.to).toBe('+15550001234')
    expect(emulator.refusals).toEqual([])
  })

  it.each([
    ['500', { kind: 'server-error' } as const],
    ['429', { kind: 'rate-limit', retryAfter: 1 } as const],
  ])('the Graph API answers %s once: the reply still arrives, once', async (_status, fault) => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    emulator.faults.add(fault)
    await alex.text('Hello')
    await emulator.ledger.waitForSent(1, patienceMs)
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toHaveLength(1)
    expect((await messagesOf(flagship)).at(-1)?.status).toMatch(/sent|delivered/)
  })

  it('a timeout after accepting: unknown, then settled by the status webhook, not sent twice', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    emulator.faults.add({ kind: 'timeout', accepted: true, statuses: false })
    await alex.text('Hello')
    const [sent] = await emulator.ledger.waitForSent(1, patienceMs)
    let last: MessageView | undefined
    for (let tries = 0; tries < 100 && last?.status !== 'unknown'; tries++) {
      await sleep(250)
      last = (await messagesOf(flagship)).at(-1)
    }
    expect(last).toMatchObject({ author: 'bot', status: 'unknown' })
    await emulator.status(sent?.wamid ?? '', 'delivered')
    expect((await messagesOf(flagship)).at(-1)).toMatchObject({
      status: 'delivered',
      providerId: sent?.wamid,
    })
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toHaveLength(1)
  })
})

describe.concurrent('never lost', { timeout: 120_000 }, () => {
  it('four messages over several entries: all four handled', async () => {
    await using scene = await setUp()
    const { emulator, flagship } = scene
    emulator.faults.add({ kind: 'batch-webhooks', count: 4, spread: 'mixed' })
    const [alex, bo] = [emulator.person('Alex Rivera'), emulator.person('Bo Chen')]
    const writes = [alex.text('a1'), bo.text('b1'), alex.text('a2'), bo.text('b2')]
    await Promise.all(writes)
    await emulator.ledger.waitForSent(2, patienceMs)
    await scene.nothingMore()
    const replies = emulator.ledger.sent()
    expect(replies).toHaveLength(2)
    const words = replies.map(({ text }) => text).join()
    for (const text of ['a1', 'a2', 'b1', 'b2']) expect(words).toContain(text)
    expect(await messagesOf(flagship)).toHaveLength(3)
    expect(await messagesOf(flagship, '+15550005678')).toHaveLength(3)
  })

  it('an answer longer than WhatsApp takes: it arrives in pieces', async () => {
    await using stack = disposables()
    const sentence = 'All of this matters. '
    const emulator = stack.use(await startEmulator({ model: { answer: sentence.repeat(300) } }))
    const database = stack.use(await createDatabase())
    const environment = connectTo(emulator, { DATABASE_URL: database.url, ...answerWithModel(emulator) })
    const flagship = stack.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    await emulator.person().text('Tell me everything')
    const pieces = await emulator.ledger.waitForSent(2, patienceMs)
    expect(pieces.map(({ text }) => text).join(' ')).toBe(sentence.repeat(300).trim())
  })

  it.each(['PostgreSQL', 'PGlite'])(
    'twenty acknowledged, SIGKILL, restart on %s: twenty replies, none twice',
    async kind => {
      using directory = temporaryDirectory()
      await using stack = disposables()
      const emulator = stack.use(await startEmulator())
      const database = kind === 'PostgreSQL' ? stack.use(await createDatabase()) : undefined
      const storage = database ? { DATABASE_URL: database.url } : { SWITCHBOARD_DATA_DIR: directory.path }
      const environment = connectTo(emulator, { ...storage, BUFFER_QUIET_MS: '1000' })
      const first = stack.use(await startFlagship(environment))
      emulator.connect(`${first.url}/webhooks/meta`)
      const people = Array.from({ length: 20 }, (_, index) => emulator.addPerson({ name: `Person ${index}` }))
      const said = await Promise.all(people.map(person => person.text(`hello from ${person.name}`)))
      expect(said.every(({ delivered }) => delivered)).toBe(true)
      await first.kill()
      expect(emulator.ledger.sent()).toHaveLength(0)

      const second = stack.use(await startFlagship(environment))
      emulator.connect(`${second.url}/webhooks/meta`)
      await emulator.ledger.waitForSent(20, patienceMs)
      // Into PGlite's directory nobody else can look: there the time of a turn passes.
      await (database ? nothingMore(emulator, database) : sleep(2_000))
      expect(emulator.ledger.sent()).toHaveLength(20)
      for (const person of people) expect(person.received()).toHaveLength(1)
    },
  )

  it('SIGTERM while turns run: they end, nothing is lost, and the exit status is 0', async () => {
    await using stack = disposables()
    const emulator = stack.use(
      await startEmulator({ model: { answer: { text: 'Done thinking.', delayMs: 1_500 } } }),
    )
    const database = stack.use(await createDatabase())
    const environment = connectTo(emulator, { DATABASE_URL: database.url, ...answerWithModel(emulator) })
    const flagship = stack.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    await emulator.person().text('Hello')
    await emulator.model.waitForRequests(1)
    expect(await flagship.stop()).toBe(0)
    expect(emulator.ledger.sent().map(({ text }) => text)).toEqual(['Done thinking.'])
  })

  it('SIGTERM while clients hold connections on which they finish no request: it ends all the same', async () => {
    await using stack = disposables()
    const database = stack.use(await createDatabase())
    const flagship = stack.use(await startFlagship({ DATABASE_URL: database.url }))
    const { port } = new URL(flagship.url)
    const silent = connect(Number(port), '127.0.0.1')
    const halfway = connect(Number(port), '127.0.0.1')
    await Promise.all([once(silent, 'connect'), once(halfway, 'connect')])
    halfway.write('POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
    // Cut in either way: ended, or reset because of what nobody read.
    const cut = Promise.all(
      [silent, halfway].map(
        socket =>
          new Promise(resolve =>
            socket
              .on('error', () => {})
              .once('close', resolve)
              .resume(),
          ),
      ),
    )
    expect(await flagship.stop()).toBe(0)
    await cut
  })
})

describe.concurrent('never over a human', { timeout: 120_000 }, () => {
  it('a takeover while the model thinks: no reply', async () => {
    await using stack = disposables()
    const emulator = stack.use(
      await startEmulator({ model: { answer: { text: 'Too late.', delayMs: 2_000 } } }),
    )
    const database = stack.use(await createDatabase())
    const environment = connectTo(emulator, { DATABASE_URL: database.url, ...answerWithModel(emulator) })
    const flagship = stack.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    await emulator.person().text('Hello')
    await emulator.model.waitForRequests(1)
    expect((await flagship.api('takeover', { phone: '+15550001234' })).status).toBe(200)
    await sleep(3_500)
    expect(emulator.ledger.sent()).toEqual([])
  })

  it('an echo from the phone app: silent until handback', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    await emulator.echo({ to: '15550001234', text: 'Ana here, on my phone' })
    await alex.text('Hello Ana')
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toEqual([])
    expect(await messagesOf(flagship)).toMatchObject([
      { author: 'operator', text: 'Ana here, on my phone' },
      { author: 'customer', text: 'Hello Ana' },
    ])
    await flagship.api('handback', { phone: '+15550001234' })
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toEqual([])
    await alex.text('Hello bot')
    const [reply] = await emulator.ledger.waitForSent(1, patienceMs)
    expect(reply?.text).toContain('Hello bot')
  })

  it('an echo from the phone app: silent until the idle time has passed', async () => {
    await using scene = await setUp({}, { HANDOFF_IDLE_MINUTES: '0.08' })
    const { emulator, alex } = scene
    await emulator.echo({ to: '15550001234', text: 'Ana here' })
    await alex.text('still with Ana')
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toEqual([])
    await sleep(5_000)
    await alex.text('Hello bot')
    const [reply] = await emulator.ledger.waitForSent(1, patienceMs)
    expect(reply?.text).toContain('Hello bot')
  })

  it('takeover, operator message with a quote, handback: the model knows what was said', async () => {
    await using scene = await setUp({ model: { answer: 'Hello from the model.' } })
    const { emulator, alex, flagship } = scene
    const { id } = await alex.text('My order is late')
    await emulator.ledger.waitForSent(1, patienceMs)
    await flagship.api('takeover', { phone: '15550001234' })
    const answer = await flagship.api('operator-message', {
      phone: '+15550001234',
      message: 'I will check it',
      messageId: id,
    })
    expect(answer).toMatchObject({ status: 200, body: { status: 'success' } })
    const operators = emulator.ledger.sent().at(-1)
    expect(operators).toMatchObject({ text: 'I will check it', quotedId: id, wamid: answer.body.message_id })
    const repeated = { phone: '+15550001234', message: 'Once', id: 'mine-1' }
    const [once, again] = [
      await flagship.api('operator-message', repeated),
      await flagship.api('operator-message', repeated),
    ]
    expect(again.body).toEqual(once.body)
    expect(emulator.ledger.sent().filter(({ text }) => text === 'Once')).toHaveLength(1)
    await flagship.api('handback', { phone: '+15550001234' })
    await alex.text('What did I say before?')
    const replies = await emulator.ledger.waitForSent(4, patienceMs)
    expect(replies[3]?.text).toContain('I will check it')
  })
})
