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
  await page.getByText('+1 555 000 1234 · writes to WAHA').waitFor()
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
  await bot('PUT', 'reaction', { messageId: question?.id, reaction: '👍' })
  await asked.getByText('👍').waitFor()

  await page.getByRole('switch', { name: 'Write as the business' }).click()
  await phone.write('Sam here')
  await eventually(() => messages().at(-1)).toMatchObject({ body: 'Sam here', fromMe: true, source: 'app' })

  // The same person has other chats with the other accounts.
  await page.getByLabel('People write to').selectOption({ label: 'Whapi +1 555 000 8888' })
  await page.getByText('writes to Whapi').waitFor()
  expect(await phone.message('Two are left.').count()).toBe(0)
  expect(emulator.person().chat()).toEqual([])
})
