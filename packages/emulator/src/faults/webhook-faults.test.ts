import { expect, test } from 'vitest'
import { asObjects } from '../json.js'
import { sendText, startBoth } from '../test-support/bot.js'

const textsOf = (messages: readonly Record<string, unknown>[]): unknown[] =>
  messages.map(message => (message.text as { body: string }).body)

test.each([false, true])('a duplicate is the same bytes several times, concurrent: %s', async concurrent => {
  let open = 0
  let most = 0
  await using both = await startBoth({}, async () => {
    open += 1
    most = Math.max(most, open)
    await new Promise(resolve => setTimeout(resolve, 50))
    open -= 1
    return 200
  })
  both.emulator.faults.add({ kind: 'duplicate-webhook', copies: 5, concurrent })
  const said = await both.emulator.person().text('five times')
  expect(said.deliveries.map(each => each.status)).toEqual([200, 200, 200, 200, 200])
  expect(new Set(both.bot.hooks.map(hook => hook.raw)).size).toBe(1)
  expect(both.bot.hooks).toHaveLength(5)
  expect(most > 1).toBe(concurrent)
  await both.emulator.person().text('once')
  expect(both.bot.hooks).toHaveLength(6)
})

test('reordered webhooks arrive last first', async () => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'reorder-webhooks', count: 3 })
  const alex = both.emulator.person()
  const said = await Promise.all(['one', 'two', 'three', 'four'].map(text => alex.text(text)))
  expect(said.every(each => each.delivered)).toBe(true)
  const texts = textsOf(both.bot.messages())
  expect(texts.filter(text => text !== 'four')).toEqual(['three', 'two', 'one'])
})

test('a delayed webhook is overtaken', async () => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'delay-webhook', ms: 100, text: 'slow' })
  const alex = both.emulator.person()
  await Promise.all([alex.text('slow'), alex.text('fast')])
  expect(textsOf(both.bot.messages())).toEqual(['fast', 'slow'])
})

test('a lost webhook never comes', async () => {
  await using both = await startBoth({ statuses: { sentMs: 0, deliveredMs: 1 } })
  both.emulator.faults.add({ kind: 'lose-webhook', about: 'statuses' })
  await sendText(both.emulator, 'x')
  await both.emulator.webhooks.settled()
  expect(both.bot.statuses().map(each => each.status)).toEqual(['delivered'])
})

test.each([
  ['messages', [[4]]],
  ['changes', [[1, 1, 1, 1]]],
  ['entries', [[1], [1], [1], [1]]],
  ['mixed', [[2, 1], [1]]],
] as const)('a batch spread over %s', async (spread, layout) => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'batch-webhooks', count: 4, spread })
  const [alex, bo] = [both.emulator.person('Alex Rivera'), both.emulator.person('Bo Chen')]
  const said = await Promise.all([alex.text('one'), bo.text('two'), alex.text('three'), bo.text('four')])
  expect(said.map(each => each.delivered)).toEqual([true, true, true, true])
  expect(both.bot.hooks).toHaveLength(1)
  const entries = asObjects(both.bot.hooks[0]?.body.entry)
  const shape = entries.map(entry =>
    asObjects(entry.changes).map(
      change => asObjects((change.value as { messages: unknown }).messages).length,
    ),
  )
  expect(shape).toEqual(layout)
  expect(textsOf(both.bot.messages())).toEqual(['one', 'two', 'three', 'four'])
  const [first] = both.bot.values()
  expect(asObjects(first?.contacts)).toHaveLength(spread === 'messages' || spread === 'mixed' ? 2 : 1)
})

test('a batch may hold messages and statuses of several business numbers', async () => {
  const second = {
    phoneNumberId: '106540000000002',
    displayPhoneNumber: '15550008888',
    businessAccountId: '102290000000002',
  }
  await using both = await startBoth({ otherNumbers: [second] })
  const { emulator, bot } = both
  await sendText(emulator, 'x')
  const [sent] = emulator.ledger.sent()
  emulator.faults.add({ kind: 'batch-webhooks', count: 3, about: 'any', spread: 'messages' })
  const alex = emulator.person()
  await Promise.all([
    alex.text('to the first'),
    alex.text('to the second', { via: second.phoneNumberId }),
    emulator.status(sent?.wamid ?? '', 'delivered'),
  ])
  expect(bot.hooks).toHaveLength(1)
  const entries = asObjects(bot.hooks[0]?.body.entry)
  expect(entries.map(entry => entry.id)).toEqual(['102290000000001', '102290000000002'])
  expect(bot.values()[0]).toMatchObject({ messages: [{ type: 'text' }], statuses: [{ status: 'delivered' }] })
})

test('a group that is never filled goes out all the same', async () => {
  await using both = await startBoth()
  both.emulator.faults.add({ kind: 'batch-webhooks', count: 3, holdMs: 30 })
  const said = await both.emulator.person().text('alone')
  expect(said.delivered).toBe(true)
  expect(both.bot.messages()).toHaveLength(1)
})

test('closing gives up what is held', async () => {
  const both = await startBoth()
  both.emulator.faults.add({ kind: 'reorder-webhooks', holdMs: 60_000 })
  const saying = both.emulator.person().text('held')
  await both[Symbol.asyncDispose]()
  expect(await saying).toMatchObject({ delivered: false, deliveries: [] })
})
