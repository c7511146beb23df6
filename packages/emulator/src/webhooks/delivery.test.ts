import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startEmulator } from '../start-emulator.js'
import { sendText, startBot, startBoth } from '../test-support/bot.js'

test('a webhook that is not answered with 200 is delivered again, the same bytes', async () => {
  await using both = await startBoth({}, (_, position) =>
    position < 4 ? ([503, 500, 204][position - 1] ?? 0) : 200,
  )
  const said = await both.emulator.person().text('Persistent')
  expect(said.delivered).toBe(true)
  expect(said.deliveries.map(each => each.status)).toEqual([503, 500, 204, 200])
  expect(new Set(both.bot.hooks.map(hook => hook.raw)).size).toBe(1)
  expect(new Set(both.bot.hooks.map(hook => hook.headers['x-hub-signature-256'])).size).toBe(1)
  expect(both.emulator.webhooks.attempts.map(({ webhook, attempt }) => [webhook, attempt])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [1, 4],
  ])
})

test('the pauses grow, up to a limit, and the attempts end', async () => {
  const redelivery = { firstMs: 20, maxMs: 45, attempts: 5 }
  await using both = await startBoth({ redelivery }, () => ({ status: 500, body: 'the store is away' }))
  const said = await both.emulator.person().text('In vain')
  expect(said).toMatchObject({ delivered: false, id: expect.stringMatching(/^wamid/) })
  expect(said.deliveries).toHaveLength(5)
  expect(said.deliveries[0]).toMatchObject({ status: 500, body: 'the store is away', ms: expect.any(Number) })
  const times = both.emulator.webhooks.attempts.map(each => each.at)
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  // Timers are never early (but for their rounding), and late as the machine likes.
  for (const [index, least] of [20, 40, 45, 45].entries())
    expect(pauses[index]).toBeGreaterThanOrEqual(least - 2)
})

test('a redelivery finds the server after it came back elsewhere', async () => {
  await using emulator = await startEmulator({ statuses: false, redelivery: { firstMs: 10 } })
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => closed.once('listening', resolve))
  emulator.connect(`http://127.0.0.1:${(closed.address() as AddressInfo).port}/`)
  await new Promise(resolve => closed.close(resolve))
  const saying = emulator.person().text('Are you there?')
  await expect.poll(() => emulator.webhooks.attempts.length, { timeout: 5_000 }).toBeGreaterThan(0)
  await using bot = await startBot()
  emulator.connect(bot.url)
  const said = await saying
  expect(said.delivered).toBe(true)
  expect(said.deliveries[0]?.error).toContain('ECONNREFUSED')
})

test('an attempt that takes too long counts as failed', async () => {
  const redelivery = { firstMs: 10, timeoutMs: 300, attempts: 2 }
  await using both = await startBoth({ redelivery }, (_, position) => ({
    delayMs: position === 1 ? 10_000 : 0,
  }))
  const said = await both.emulator.person().text('Slow')
  expect(said.deliveries).toMatchObject([{ error: 'no answer within 300 ms' }, { status: 200 }])
})

test('a message need not be waited for', async () => {
  await using both = await startBoth({}, () => ({ delayMs: 100 }))
  const said = await both.emulator.person().text('Quick', { wait: false })
  expect(said).toMatchObject({ delivered: false, deliveries: [] })
  await both.emulator.webhooks.settled()
  expect(both.emulator.message(said.id)?.tick).toBe('delivered')
})

test('a handler takes webhooks without a server', async () => {
  const seen: unknown[] = []
  const webhook = async (request: Request): Promise<Response> => {
    seen.push(await request.json(), request.headers.get('x-hub-signature-256'), new URL(request.url).pathname)
    return new Response(null, { status: 200 })
  }
  await using emulator = await startEmulator({ webhook, statuses: false })
  expect((await emulator.person().text('Direct')).delivered).toBe(true)
  expect(seen).toEqual([
    expect.objectContaining({ entry: expect.any(Array) }),
    expect.stringMatching(/^sha256=/),
    '/webhooks/meta',
  ])
})

test('a handler that throws is a failed attempt', async () => {
  const webhook = (): Response => {
    throw new Error('broken handler')
  }
  await using emulator = await startEmulator({ webhook, redelivery: { attempts: 1 } })
  const said = await emulator.person().text('Direct')
  expect(said).toMatchObject({ delivered: false, deliveries: [{ error: 'broken handler' }] })
})

test('without a webhook nobody can write, and the error says what to do', async () => {
  await using emulator = await startEmulator()
  await expect(emulator.person().text('Hello?')).rejects.toThrow(/pass \{ webhook \}.*or call connect/)
  expect(emulator.person().chat()).toEqual([])
  expect((await sendText(emulator, 'Nobody is told')).status).toBe(200)
})

test('closing ends redelivery and waiting', async () => {
  const both = await startBoth({ redelivery: { firstMs: 60_000 } }, () => 500)
  const saying = both.emulator.person().text('Never taken')
  await expect.poll(() => both.bot.hooks.length, { timeout: 5_000 }).toBe(1)
  const waiting = both.emulator.ledger.waitForSent(1, 60_000)
  const refused = expect(waiting).rejects.toThrow('closed')
  await both[Symbol.asyncDispose]()
  expect((await saying).delivered).toBe(false)
  await refused
})

test('the GET verification succeeds when the challenge comes back', async () => {
  await using bot = await startBot(hook => {
    const query = new URL(hook.url, 'http://x').searchParams
    const fits = query.get('hub.mode') === 'subscribe' && query.get('hub.verify_token') === 'right'
    return fits ? { body: query.get('hub.challenge') ?? '' } : 403
  })
  await using emulator = await startEmulator({ webhook: bot.url, verifyToken: 'right' })
  expect(await emulator.verifyWebhook()).toMatchObject({ verified: true, status: 200 })
  expect(await emulator.verifyWebhook('wrong')).toMatchObject({ verified: false, status: 403 })
  emulator.connect('http://127.0.0.1:9/')
  expect(await emulator.verifyWebhook()).toMatchObject({
    verified: false,
    error: expect.stringContaining('ECONNREFUSED'),
  })
})
