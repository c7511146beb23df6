import { expect, test } from 'vitest'
import { asObjects } from '../../json.js'
import { startEmulator } from '../../start-emulator.js'
import { send, sendText, startBot, startBoth, wamidOf } from '../../test-support/bot.js'

const statuses = { sentMs: 1, deliveredMs: 20 }

test('an accepted message gets sent and delivered, with all that Meta tells', async () => {
  await using both = await startBoth({ statuses })
  const { emulator, bot } = both
  const wamid = wamidOf(await sendText(emulator, 'Hi', { biz_opaque_callback_data: 'turn-7' }))
  await emulator.webhooks.settled()
  const common = {
    id: wamid,
    timestamp: expect.stringMatching(/^\d{10}$/),
    recipient_id: '15550001234',
    recipient_user_id: 'US.90210000000000000017',
    biz_opaque_callback_data: 'turn-7',
    pricing: { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' },
  }
  expect(bot.statuses()).toEqual([
    { ...common, status: 'sent' },
    { ...common, status: 'delivered' },
  ])
  expect(bot.values()[0]?.contacts).toEqual([
    { profile: { name: 'Alex Rivera' }, wa_id: '15550001234', user_id: 'US.90210000000000000017' },
  ])
  expect(bot.hooks[0]?.headers['x-hub-signature-256']).toMatch(/^sha256=/)
  expect(emulator.message(wamid)?.tick).toBe('delivered')
})

test('a message to a BSUID has no recipient_id, and the username only from delivered on', async () => {
  await using both = await startBoth({ statuses })
  const { emulator, bot } = both
  await sendText(emulator, 'Hi', { to: undefined, recipient: emulator.person('Robin Sato').userId })
  await emulator.webhooks.settled()
  expect(bot.statuses().map(each => 'recipient_id' in each)).toEqual([false, false])
  expect(bot.statuses()[0]?.recipient_user_id).toBe('US.90210000000000000031')
  const profiles = bot.values().map(value => asObjects(value.contacts)[0]?.profile)
  expect(profiles).toEqual([{ name: 'Robin Sato' }, { name: 'Robin Sato', username: '@robin.sato' }])
})

test('a template is billed', async () => {
  await using both = await startBoth({ statuses })
  await send(both.emulator, { type: 'template', template: { name: 'news', language: { code: 'en' } } })
  await both.emulator.webhooks.settled()
  expect(both.bot.statuses()[0]?.pricing).toMatchObject({
    billable: true,
    type: 'regular',
    category: 'utility',
  })
})

test('reading the chat sends read for every message not read yet, once', async () => {
  await using both = await startBoth({ statuses })
  const { emulator, bot } = both
  const ids = [wamidOf(await sendText(emulator, 'one')), wamidOf(await sendText(emulator, 'two'))]
  await emulator.webhooks.settled()
  const alex = emulator.person()
  expect(await alex.read()).toMatchObject({ delivered: true })
  expect(await alex.read()).toBeUndefined()
  const reads = bot.statuses().filter(each => each.status === 'read')
  expect(reads.map(each => each.id)).toEqual(ids)
  expect(reads.every(each => !('pricing' in each))).toBe(true)
  expect(alex.chat().map(message => message.tick)).toEqual(['read', 'read'])
})

test('people can read by themselves', async () => {
  await using both = await startBoth({ statuses: { ...statuses, readMs: 40 } })
  await sendText(both.emulator, 'Hi')
  await both.emulator.webhooks.settled()
  expect(both.bot.statuses().map(each => each.status)).toEqual(['sent', 'delivered', 'read'])
})

test('statuses can be turned off, and back on', async () => {
  await using both = await startBoth({ statuses: false })
  const { emulator, bot } = both
  await sendText(emulator, 'quiet')
  await emulator.webhooks.settled()
  expect(bot.hooks).toEqual([])
  emulator.configureStatuses(statuses)
  await sendText(emulator, 'loud')
  await emulator.webhooks.settled()
  expect(bot.statuses()).toHaveLength(2)
})

test('delivered can overtake sent, and the tick does not go back', async () => {
  await using both = await startBoth({ statuses: { ...statuses, order: 'reversed' } })
  const wamid = wamidOf(await sendText(both.emulator, 'Hi'))
  await both.emulator.webhooks.settled()
  expect(both.bot.statuses().map(each => each.status)).toEqual(['delivered', 'sent'])
  expect(both.emulator.message(wamid)?.tick).toBe('delivered')
})

test('the sent status can arrive before the answer of the send', async () => {
  const order: string[] = []
  await using bot = await startBot(() => {
    order.push('status')
    return 200
  })
  await using emulator = await startEmulator({
    webhook: bot.url,
    statuses: { ...statuses, beforeAnswer: true },
  })
  await sendText(emulator, 'Hi')
  order.push('answer')
  await emulator.webhooks.settled()
  expect(order).toEqual(['status', 'answer', 'status'])
})

test('a status can be sent by hand, also a failed one', async () => {
  await using both = await startBoth()
  const wamid = wamidOf(await sendText(both.emulator, 'Hi'))
  await both.emulator.status(wamid, 'failed', { code: 131047 })
  const [status] = both.bot.statuses()
  expect(status).toMatchObject({ id: wamid, status: 'failed', recipient_id: '15550001234' })
  expect(status?.errors).toMatchObject([
    { code: 131047, title: 'Re-engagement message', error_data: { details: expect.any(String) } },
  ])
  expect(both.bot.values()[0]).not.toHaveProperty('contacts')
  expect(status).not.toHaveProperty('pricing')
  await expect(both.emulator.status('wamid.unknown', 'read')).rejects.toThrow('No sent message')
})

test('a group gets one delivered for each member', async () => {
  await using both = await startBoth({ statuses })
  const { emulator, bot } = both
  for (const name of ['Alex Rivera', 'Bo Chen']) await emulator.person(name).text('Hello', { group: 'R1' })
  await sendText(emulator, 'Hello both', { recipient_type: 'group', to: 'R1' })
  await emulator.webhooks.settled()
  expect(bot.statuses()).toMatchObject([
    { status: 'sent', recipient_type: 'group', recipient_id: 'R1' },
    { status: 'delivered', recipient_id: 'R1', recipient_participant_id: '15550001234' },
    { status: 'delivered', recipient_id: 'R1', recipient_participant_user_id: 'US.90210000000000000023' },
  ])
})

test('outside the customer window a free-form message fails, a template does not', async () => {
  let time = Date.now()
  await using both = await startBoth({ statuses, customerWindow: 'enforce', now: () => time })
  const { emulator, bot } = both
  const last = (): unknown => bot.statuses().at(-1)?.status
  expect((await sendText(emulator, 'cold')).status).toBe(200)
  await emulator.webhooks.settled()
  expect(bot.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131047 }] }])
  await emulator.person().text('Now I wrote')
  await sendText(emulator, 'warm')
  await emulator.webhooks.settled()
  expect(last()).toBe('delivered')
  time += 24 * 60 * 60 * 1000 + 1
  await sendText(emulator, 'late')
  await emulator.webhooks.settled()
  expect(last()).toBe('failed')
  await send(emulator, { type: 'template', template: { name: 'news', language: { code: 'en' } } })
  await emulator.webhooks.settled()
  expect(last()).toBe('delivered')
})
