import { expect, test } from 'vitest'
import { asObjects } from './json.js'
import { startEmulator } from './start-emulator.js'
import { sendText, startBoth } from './test-support/bot.js'
import { sendWaha } from './test-support/waha.js'
import { whapi } from './test-support/whapi.js'

/** Meta, Whapi and WAHA in one world; each has a handler of its own. */
async function startAll() {
  const taken: { provider: string; body: unknown }[] = []
  const take = (provider: string) => async (request: Request) => {
    taken.push({ provider, body: await request.json() })
    expect(new URL(request.url).pathname).toBe(`/webhooks/${provider}`)
    return new Response('', { status: 200 })
  }
  const emulator = await startEmulator({
    statuses: false,
    webhook: take('meta'),
    whapi: { webhook: take('whapi') },
    waha: { webhook: take('waha') },
  })
  return { emulator, taken, [Symbol.asyncDispose]: () => emulator.close() }
}

test('one person has a chat with each account, and each bot hears its own', async () => {
  await using all = await startAll()
  const { emulator, taken } = all
  const alex = emulator.person()
  await alex.text('to Meta')
  await alex.text('to Whapi', { via: 'whapi' })
  await alex.text('to WAHA', { via: emulator.waha.session })
  expect(taken.map(({ provider }) => provider)).toEqual(['meta', 'whapi', 'waha'])
  for (const [via, text] of [
    ['meta', 'to Meta'],
    ['whapi', 'to Whapi'],
    ['waha', 'to WAHA'],
  ] as const)
    expect(alex.chat({ via }).map(message => [message.provider, message.text])).toEqual([[via, text]])
  await expect(alex.text('to nobody', { via: 'viber' })).rejects.toThrow(
    'No business account has the id "viber"',
  )
})

test('one person has a chat, and a group is another one, with each of Meta’s numbers', async () => {
  const second = {
    phoneNumberId: '106540000000002',
    displayPhoneNumber: '15550008800',
    businessAccountId: '102290000000001',
  }
  await using both = await startBoth({ otherNumbers: [second] })
  const { emulator } = both
  const alex = emulator.person()
  await alex.text('to the first')
  await alex.text('to the second', { via: second.phoneNumberId })
  await alex.text('in the group', { group: 'G1', via: second.phoneNumberId })
  await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via: second.phoneNumberId })
  await sendText(emulator, 'from the first')
  expect(alex.chat().map(message => message.text)).toEqual(['to the first', 'from the first'])
  const there = () => alex.chat({ via: second.phoneNumberId }).map(message => message.text)
  expect(there()).toEqual(['to the second', 'Sam here'])
  const sendFromSecond = (body: object) =>
    fetch(`${emulator.url}/v24.0/${second.phoneNumberId}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.account.accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ messaging_product: 'whatsapp', text: { body: 'from the second' }, ...body }),
    })
  expect((await sendFromSecond({ to: '+15550001234' })).status).toBe(200)
  expect(there()).toEqual(['to the second', 'Sam here', 'from the second'])
  expect((await sendFromSecond({ recipient_type: 'group', to: 'G1' })).status).toBe(200)
  const state = (await (await fetch(`${emulator.url}/_emulator/state`)).json()) as { chats: unknown }
  expect(asObjects(state.chats).filter(chat => chat.group)).toMatchObject([
    { key: 'G1@106540000000002', account: second.phoneNumberId, lastMessage: { text: 'from the second' } },
  ])
})

test('one ledger for all, one script of faults that can be kept to one of them', async () => {
  await using all = await startAll()
  const { emulator } = all
  emulator.faults.add({ kind: 'server-error', via: 'waha', times: 'always' })
  await sendText(emulator, 'from Meta')
  await whapi(emulator, 'POST', '/messages/text', { to: '15550001234', body: 'from Whapi' })
  expect(await sendWaha(emulator, 'sendText', { text: 'from WAHA' })).toMatchObject({ status: 500 })
  expect(emulator.ledger.sent().map(sent => [sent.provider, sent.text])).toEqual([
    ['meta', 'from Meta'],
    ['whapi', 'from Whapi'],
  ])
  expect(emulator.person().received()).toHaveLength(2)
  await emulator.webhooks.settled()
  emulator.reset()
  expect(emulator.ledger.length).toBe(0)
  expect(await sendWaha(emulator, 'sendText', { text: 'again' })).toMatchObject({ status: 201 })
})

test('a path that is no provider’s is refused in Meta’s words, as ever', async () => {
  await using all = await startAll()
  const answer = await fetch(`${all.emulator.url}/nowhere`)
  expect(answer.status).toBe(400)
  expect(all.emulator.refusals).toMatchObject([{ code: 2500, entry: { path: '/nowhere' } }])
})

test('the control API names the accounts, their chats, and takes via', async () => {
  await using all = await startAll()
  const { emulator, taken } = all
  async function control(method: string, path: string, body?: unknown) {
    const response = await fetch(`${emulator.url}/_emulator${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  const state = await control('GET', '/state')
  expect(state.accounts).toEqual([
    {
      provider: 'meta',
      id: emulator.account.phoneNumberId,
      phone: '15550009999',
      webhook: 'a handler in the process',
    },
    { provider: 'whapi', id: 'EMULTR-W1H2P', phone: '15550008888', webhook: 'a handler in the process' },
    { provider: 'waha', id: 'default', phone: '15550007777', webhook: 'a handler in the process' },
  ])
  expect(asObjects(state.chats).filter(chat => chat.title === 'Alex Rivera')).toMatchObject([
    { key: 'alex-rivera', account: emulator.account.phoneNumberId },
    { key: 'alex-rivera@EMULTR-W1H2P', account: 'EMULTR-W1H2P' },
    { key: 'alex-rivera@default', account: 'default' },
  ])
  const person = '/people/alex-rivera'
  const { id } = await control('POST', `${person}/messages?wait=true`, { text: 'Hi', via: 'whapi' })
  await control('POST', `${person}/reactions?wait=true`, { messageId: id, emoji: '👍', via: 'whapi' })
  await control('POST', `${person}/messages?wait=true`, { text: 'Hi all', group: 'G1', via: 'waha' })
  await control('POST', '/echo?wait=true', { to: 'alex-rivera', text: 'Sam here', via: 'waha' })
  expect(taken.map(({ provider }) => provider)).toEqual(['whapi', 'whapi', 'waha', 'waha'])
  const after = asObjects((await control('GET', '/state')).chats)
  expect(after.filter(chat => chat.group)).toMatchObject([{ key: 'G1@default', account: 'default' }])
  const settings = await control('PATCH', '/settings', { webhook: 'http://127.0.0.1:9/own', via: 'waha' })
  expect(asObjects(settings.accounts).map(account => account.webhook)).toEqual([
    'a handler in the process',
    'a handler in the process',
    'http://127.0.0.1:9/own',
  ])
})

test('an account without a webhook says how to get one', async () => {
  await using both = await startBoth({ whapi: {}, waha: {} })
  const { emulator } = both
  const alex = emulator.person()
  await expect(alex.text('Hi', { via: 'whapi' })).rejects.toThrow('whapi.connect(url)')
  await expect(alex.text('Hi', { via: 'waha' })).rejects.toThrow('waha.connect(url)')
  expect(await sendWaha(emulator, 'sendText', { text: 'nobody listens' })).toMatchObject({ status: 201 })
  await emulator.webhooks.settled()
})

test.each([
  [{ waha: { engine: 'VENOM' } }, 'waha.engine must be one of NOWEB, WEBJS, GOWS'],
  [{ waha: { phone: 'none' } }, 'waha.phone must be 7 to 15 digits'],
  [{ whapi: { phone: '12' } }, 'whapi.phone must be 7 to 15 digits'],
  [{ waha: { session: 'one' }, whapi: { channelId: 'one' } }, 'two accounts are called "one"'],
  [{ waha: { session: 'a@b' } }, 'waha.session'],
])('the options %j are refused', async (options, words) => {
  await expect(startEmulator(options as never)).rejects.toThrow(words)
})

test('a bot may hear of its own message before its send is answered, when that is asked for', async () => {
  const order: string[] = []
  const take = async (request: Request) => {
    const body = (await request.json()) as { event?: unknown; statuses?: unknown }
    order.push(body.statuses ? 'status' : String(typeof body.event === 'string' ? body.event : 'message'))
    return new Response('', { status: 200 })
  }
  const statuses = { beforeAnswer: true, deliveredMs: 60_000 }
  await using emulator = await startEmulator({ statuses, whapi: { webhook: take }, waha: { webhook: take } })
  await whapi(emulator, 'POST', '/messages/text', { to: '15550001234', body: 'Hello' })
  order.push('answer')
  await sendWaha(emulator, 'sendText', { text: 'Hello' })
  order.push('answer')
  expect(order).toEqual(['message', 'status', 'answer', 'message.any', 'message.ack', 'answer'])
})
