import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserStartTimeout, eventually, launchBrowser, openPhone } from './open-phone.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, browserStartTimeout)
afterAll(() => browser?.close())

interface Payload {
  readonly id: string
  readonly body: string | null
  readonly fromMe: boolean
  readonly source: string
  readonly replyTo?: { readonly id: string } | null
}

interface WahaHook {
  readonly event: string
  readonly payload: Payload & { readonly vote?: { readonly selectedOptions: readonly string[] } }
}

test('a chat over a WAHA account: ticks, typing, quotes, polls, reactions, and the business phone', async () => {
  await using phone = await openPhone(browser, { emulator: { whapi: {}, waha: { engine: 'GOWS' } } })
  const { emulator, page } = phone
  const hooks: WahaHook[] = []
  emulator.waha.connect(async request => {
    hooks.push((await request.json()) as WahaHook)
    return new Response('', { status: 201 })
  })
  const messages = () => hooks.filter(({ event }) => event === 'message.any').map(({ payload }) => payload)
  async function bot(method: string, path: string, body: Record<string, unknown>) {
    const headers = { 'x-api-key': emulator.waha.apiKey, 'content-type': 'application/json' }
    const answer = await fetch(`${emulator.waha.url}/api/${path}`, {
      method,
      headers,
      body: JSON.stringify({ session: 'default', chatId: '15550001234@c.us', ...body }),
    })
    return (await answer.json()) as Payload
  }

  await phone.open('alex-rivera')
  await page.getByLabel('People write to').selectOption({ label: 'WAHA +1 555 000 7777' })
  await page.getByText('to WAHA · +1 555 000 1234').waitFor()
  await phone.write('Is the blue one in stock?')
  const asked = phone.message('Is the blue one in stock?')
  await asked.getByRole('img', { name: 'Delivered' }).waitFor()
  const [question] = messages()
  expect(question).toMatchObject({ body: 'Is the blue one in stock?', fromMe: false })

  await bot('POST', 'sendSeen', { messageIds: [question?.id] })
  await asked.getByRole('img', { name: 'Read' }).waitFor()
  await bot('POST', 'startTyping', {})
  await page.locator('#typing').waitFor()
  await bot('POST', 'sendText', { text: 'Two are left.', reply_to: question?.id })
  const answer = phone.message('Two are left.')
  await answer.waitFor()
  expect(await answer.locator('.quote').textContent()).toBe('Alex RiveraIs the blue one in stock?')
  await page.locator('#typing').waitFor({ state: 'hidden' })
  await eventually(() => hooks.filter(({ event }) => event === 'message.ack').length).toBe(3)

  await bot('POST', 'sendPoll', {
    poll: { name: 'When?', options: ['Monday', 'Tuesday'], multipleAnswers: false },
  })
  await page.getByRole('button', { name: 'Tuesday' }).click()
  const votes = () => hooks.flatMap(({ payload }) => payload.vote?.selectedOptions ?? [])
  await eventually(votes).toEqual(['Tuesday'])
  await page.getByRole('button', { name: 'Tuesday', pressed: true }).click()
  await page.getByRole('button', { name: 'Tuesday', pressed: false }).waitFor()
  await bot('PUT', 'reaction', { messageId: question?.id, reaction: '👍' })
  await asked.getByText('👍').waitFor()

  await page.getByRole('switch', { name: 'Write as the business' }).click()
  await phone.write('Sam here')
  await eventually(() => messages().at(-1)).toMatchObject({ body: 'Sam here', fromMe: true, source: 'app' })

  // The same person has other chats with the other accounts.
  await page.getByLabel('People write to').selectOption({ label: 'Whapi +1 555 000 8888' })
  await page.getByText('to Whapi · ').waitFor()
  expect(await phone.message('Two are left.').count()).toBe(0)
  expect(emulator.person().chat()).toEqual([])
})

test('each of Meta’s numbers has chats of its own; what waits elsewhere is said in the choice', async () => {
  const second = {
    phoneNumberId: '106540000000002',
    displayPhoneNumber: '15550008800',
    businessAccountId: '102290000000001',
  }
  await using phone = await openPhone(browser, { emulator: { otherNumbers: [second], mcp: {} } })
  const { emulator, page } = phone
  await phone.open('alex-rivera')
  await phone.write('To the first')
  await page.getByLabel('People write to').selectOption({ label: 'Meta +1 555 000 8800' })
  await page.getByText('to Meta +1 555 000 8800 · +1 555 000 1234').waitFor()
  await phone.write('To the second')
  await phone.message('To the second').waitFor()
  expect(await phone.message('To the first').count()).toBe(0)
  const alex = emulator.person()
  const texts = (via: string) => alex.chat({ via }).map(({ text }) => text)
  await eventually(() => [texts('meta'), texts(second.phoneNumberId)]).toEqual([
    ['To the first'],
    ['To the second'],
  ])

  await emulator.echo({ to: 'Alex Rivera', text: 'Sam here' })
  const first = page.getByRole('option', { name: 'Meta +1 555 000 9999 · 1 unread' })
  await first.waitFor({ state: 'attached' })

  // An MCP server pushes nothing: there is no webhook to set, and a bot that asks every second shows once.
  await page.getByLabel('People write to').selectOption({ label: 'MCP +1 555 000 6666' })
  await page.getByText('no bot has asked yet').waitFor()
  for (let round = 0; round < 3; round += 1) await askForMessages(emulator.mcp)
  await page.getByText('the bot asks', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Faults and traffic' }).click()
  await page.getByText('get_messages').waitFor()
  expect(await page.getByText('get_messages').count()).toBe(1)
})

/** As a client of the protocol's newest era, which needs no session. */
async function askForMessages({ url, token }: { url: string; token: string | undefined }) {
  const name = 'get_messages'
  const chat_id = '15550001234@s.whatsapp.net'
  const version = '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'a bot', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: { chat_id }, _meta },
    }),
  })
  expect(answer.status).toBe(200)
}
