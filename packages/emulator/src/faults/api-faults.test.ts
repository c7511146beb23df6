import { expect, test } from 'vitest'
import { graph, refusalOf, send, sendText, startBoth, wamidOf } from '../test-support/bot.js'

test.each([
  [{ kind: 'rate-limit' }, 429, 130429, '1'],
  [{ kind: 'rate-limit', code: 131056, retryAfter: 7 }, 429, 131056, '7'],
  [{ kind: 'server-error' }, 500, 131000, null],
  [{ kind: 'error', code: 131047 }, 400, 131047, null],
  [{ kind: 'error', code: 131016, retryAfter: 2 }, 503, 131016, '2'],
  [{ kind: 'error', code: 190 }, 401, 190, null],
  [{ kind: 'error', code: 999_999, status: 418, details: 'odd' }, 418, 999_999, null],
] as const)('%j refuses one send and accepts nothing', async (fault, status, code, retryAfter) => {
  await using both = await startBoth()
  const { emulator } = both
  emulator.faults.add(fault)
  const refused = await sendText(emulator, 'once')
  expect(refusalOf(refused)).toMatchObject({ status, code })
  expect(refused.headers.get('retry-after')).toBe(retryAfter)
  expect(emulator.ledger.sent()).toEqual([])
  expect((await sendText(emulator, 'twice')).status).toBe(200)
  expect(emulator.ledger.requests()).toMatchObject([
    { fault: fault.kind, accepted: false },
    { accepted: true },
  ])
  // A scripted fault is not the bot's mistake.
  expect(emulator.refusals).toEqual([])
})

test("a scripted error has Meta's shape, with details for WhatsApp's own codes", async () => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'error', code: 131030 })
  expect((await sendText(both.emulator, 'x')).body).toEqual({
    error: {
      message: '(#131030) Recipient phone number not in allowed list',
      type: 'OAuthException',
      code: 131030,
      error_data: { messaging_product: 'whatsapp', details: 'Recipient phone number not in allowed list' },
      fbtrace_id: expect.stringMatching(/^A/),
    },
  })
  both.emulator.faults.add({ kind: 'error', code: 190 })
  expect((await sendText(both.emulator, 'x')).body.error).not.toHaveProperty('error_data')
})

test('an HTML page comes instead of JSON', async () => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'html-error' })
  const url = `${both.emulator.url}/v24.0/${both.emulator.account.phoneNumberId}/messages`
  const headers = {
    authorization: `Bearer ${both.emulator.account.accessToken}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ messaging_product: 'whatsapp', to: '+15550001234', text: { body: 'x' } })
  const response = await fetch(url, { method: 'POST', headers, body })
  expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8'])
  expect(await response.text()).toContain('<!DOCTYPE html>')
})

test('a timeout before accepting: no answer, nothing sent', async () => {
  await using both = await startBoth()
  const { emulator } = both
  emulator.faults.add({ kind: 'timeout' })
  const patience = new AbortController()
  const sending = send(emulator, { text: { body: 'x' } }, { signal: patience.signal })
  // Only once it arrived: a request that is given up on its way meets no fault.
  await expect.poll(() => emulator.ledger.requests()[0]?.outcome, { timeout: 5_000 }).toBe('withheld')
  patience.abort()
  await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
  emulator.faults.add({ kind: 'timeout', ms: 10 })
  await expect(sendText(emulator, 'cut')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  expect(emulator.ledger.sent()).toEqual([])
  expect(emulator.ledger.requests()).toMatchObject([
    { accepted: false, outcome: 'withheld' },
    { outcome: 'reset' },
  ])
})

test('a timeout after accepting: no answer, but sent, with statuses', async () => {
  await using both = await startBoth({ statuses: { sentMs: 1, deliveredMs: 2 } })
  const { emulator, bot } = both
  emulator.faults.add({ kind: 'timeout', accepted: true })
  const lost = sendText(emulator, 'unknown', { biz_opaque_callback_data: 'outbound-1' })
  const [sent] = await emulator.ledger.waitForSent(1)
  expect(sent).toMatchObject({ text: 'unknown', opaque: 'outbound-1' })
  await emulator.webhooks.settled()
  expect(bot.statuses()).toMatchObject([
    { id: sent?.wamid, biz_opaque_callback_data: 'outbound-1' },
    { status: 'delivered' },
  ])
  expect(emulator.ledger.requests()).toMatchObject([
    { accepted: true, outcome: 'withheld', response: { status: 200 } },
  ])
  await emulator.close()
  await expect(lost).rejects.toThrow()
})

test('the answer can come late, and be too late', async () => {
  await using both = await startBoth()
  const { emulator } = both
  emulator.faults.add({ kind: 'timeout', accepted: true, ms: 200, times: 2 })
  expect(wamidOf(await sendText(emulator, 'patient'))).toBe(emulator.ledger.sent()[0]?.wamid)
  const patience = new AbortController()
  const sending = send(emulator, { text: { body: 'impatient' } }, { signal: patience.signal })
  await emulator.ledger.waitForSent(2)
  patience.abort()
  await expect(sending).rejects.toThrow()
  await expect.poll(() => emulator.ledger.requests()[1]?.outcome, { timeout: 5_000 }).toBe('client-left')
  expect(emulator.ledger.sent()).toHaveLength(2)
})

test.each([false, true])('a reset with accepted: %s', async accepted => {
  await using both = await startBoth()
  const { emulator } = both
  emulator.faults.add({ kind: 'reset', accepted })
  await expect(sendText(emulator, 'broken')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  expect(emulator.ledger.sent()).toHaveLength(accepted ? 1 : 0)
  expect(emulator.ledger.requests()).toMatchObject([{ accepted, outcome: 'reset' }])
})

test('a delay adds to another fault', async () => {
  await using both = await startBoth()
  const { emulator } = both
  emulator.faults.add({ kind: 'delay', ms: 40, times: 2 })
  emulator.faults.add({ kind: 'server-error' })
  const started = performance.now()
  expect((await sendText(emulator, 'late and refused')).status).toBe(500)
  expect(performance.now() - started).toBeGreaterThanOrEqual(38)
  expect(emulator.ledger.requests()[0]?.fault).toBe('delay + server-error')
  expect((await sendText(emulator, 'late')).status).toBe(200)
  expect(emulator.faults.list().map(each => each.remaining)).toEqual([0, 0])
})

test('an undeliverable message is accepted and then fails', async () => {
  await using both = await startBoth({ statuses: { deliveredMs: 1 } })
  both.emulator.faults.add({ kind: 'undeliverable', code: 131049 })
  const wamid = wamidOf(await sendText(both.emulator, 'to nobody'))
  await both.emulator.webhooks.settled()
  expect(both.bot.statuses()).toMatchObject([{ id: wamid, status: 'failed', errors: [{ code: 131049 }] }])
  expect(both.emulator.message(wamid)?.tick).toBe('failed')
})

test('statuses of what was accepted under a fault can be withheld', async () => {
  await using both = await startBoth({ statuses: { sentMs: 0, deliveredMs: 1 } })
  const { emulator, bot } = both
  emulator.faults.add({ kind: 'reset', accepted: true, statuses: false })
  await sendText(emulator, 'silent').catch(() => {})
  await sendText(emulator, 'loud')
  await emulator.webhooks.settled()
  expect(new Set(bot.statuses().map(each => each.id))).toEqual(new Set([emulator.ledger.sent()[1]?.wamid]))
})

test('scope: which sends, how many, after how many', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const { faults } = emulator
  const outcome = async (text: string, message = {}) => (await sendText(emulator, text, message)).status
  faults.add({ kind: 'server-error', to: '15550005678' })
  faults.add({ kind: 'rate-limit', text: 'sale', times: 'always' })
  faults.add({ kind: 'error', code: 131026, where: call => call.text === 'picked' })
  expect(await outcome('hello')).toBe(200)
  expect(await outcome('hello', { to: '+15550005678' })).toBe(500)
  expect([await outcome('big sale'), await outcome('sale!')]).toEqual([429, 429])
  expect(await outcome('picked')).toBe(400)
  expect(faults.list().map(({ used, remaining }) => [used, remaining])).toEqual([
    [1, 0],
    [2, 'always'],
    [1, 0],
  ])
  faults.clear()
  expect(await outcome('sale')).toBe(200)
  const removed = faults.add({ kind: 'server-error', skip: 1, times: 2 })
  expect([await outcome('a'), await outcome('b')]).toEqual([200, 500])
  removed.remove()
  expect(await outcome('c')).toBe(200)
})

test('read marks and media are spared unless meant', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const { id } = await emulator.person().text('Hi')
  const mark = { status: 'read', message_id: id, to: undefined }
  emulator.faults.add({ kind: 'server-error' })
  expect((await send(emulator, mark)).status).toBe(200)
  emulator.faults.add({ kind: 'rate-limit', on: 'read' })
  expect((await send(emulator, mark)).status).toBe(429)
  emulator.faults.add({ kind: 'error', code: 131052, on: 'media' })
  await emulator.person().image()
  const content = both.bot.messages()[1]?.image as { id: string }
  expect(refusalOf(await graph(emulator, `/v24.0/${content.id}`))).toMatchObject({ code: 131052 })
  expect((await graph(emulator, `/v24.0/${content.id}`)).status).toBe(200)
})

test('a bad request uses up no fault', async () => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'server-error' })
  expect((await sendText(both.emulator, '')).status).toBe(400)
  expect((await sendText(both.emulator, 'x')).status).toBe(500)
})

test.each([
  [{ kind: 'explode' }, 'one of rate-limit, server-error'],
  [{ kind: 'delay' }, 'needs "ms"'],
  [{ kind: 'reset', after: true }, 'has no "after"; it has times, skip'],
  [{ kind: 'timeout', ms: -1 }, 'must be a number from 0 up'],
  [{ kind: 'error', code: 1, on: 'everything' }, 'one of message, read, media, any'],
  [{ kind: 'batch-webhooks', spread: 'wide' }, 'one of messages, changes, entries, mixed'],
])('a fault %j is refused', async (fault, words) => {
  await using both = await startBoth()
  expect(() => both.emulator.faults.add(fault as never)).toThrow(words)
})
