import { startEmulator } from '@switchboard/emulator'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layLine } from './cut-line.js'
import { browserStartTimeout, eventually, launchBrowser, openPhone } from './open-phone.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, browserStartTimeout)
afterAll(() => browser?.close())

const ALEX = '15550001234'
// The browser reports failed requests by itself.
const FAILED_REQUEST = /^Failed to load resource/
const LOST = 'The connection to the emulator is lost.'

test('a lost connection is told, nothing typed is lost, and what was missed comes after', async () => {
  let line: Awaited<ReturnType<typeof layLine>> | undefined
  await using phone = await openPhone(browser, {
    expected: FAILED_REQUEST,
    origin: async emulator => {
      line = await layLine(Number(new URL(emulator.url).port))
      return line.url
    },
  })
  await using cable = line!
  const { bot, page } = phone
  await phone.open('alex-rivera')
  await phone.write('Before')
  await phone.message('Before').getByRole('img', { name: 'Delivered' }).waitFor()
  cable.cut()
  await page.getByText(LOST).waitFor()
  await phone.write('Into the void')
  await page.getByText('The emulator cannot be reached.').waitFor()
  expect(await page.locator('#text').inputValue()).toBe('Into the void')
  await bot.text(ALEX, 'While you were away')
  await bot.markRead(bot.messages()[0]!.id)
  expect(await phone.message('While you were away').count()).toBe(0)

  cable.mend()
  await phone.message('While you were away').waitFor()
  await phone.message('Before').getByRole('img', { name: 'Read' }).waitFor()
  await page.getByText(LOST).waitFor({ state: 'hidden' })
  await page.locator('#text').press('Enter')
  await phone.message('Into the void').getByRole('img', { name: 'Delivered' }).waitFor()
  expect(bot.messages().map(message => message.text?.body)).toEqual(['Before', 'Into the void'])
})

test('another emulator in the place of the first: the page takes what is there now', async () => {
  let line: Awaited<ReturnType<typeof layLine>> | undefined
  await using phone = await openPhone(browser, {
    expected: FAILED_REQUEST,
    origin: async emulator => {
      line = await layLine(Number(new URL(emulator.url).port))
      return line.url
    },
  })
  await using cable = line!
  const { page } = phone
  await phone.open('alex-rivera')
  await phone.write('To the first')
  await phone.message('To the first').waitFor()

  await using second = await startEmulator({ webhook: () => new Response() })
  for (let count = 0; count < 30; count += 1) await second.person().text(`Number ${count}`)
  second.addPerson({ name: 'Kim Park' })
  cable.leadTo(Number(new URL(second.url).port))
  await phone.message('Number 29').waitFor()
  expect(await phone.message('To the first').count()).toBe(0)
  await page.locator('.chat-link', { hasText: 'Kim Park' }).waitFor()
  expect(await page.locator('.row').count()).toBe(30)
})

test('a reset empties the page', async () => {
  await using phone = await openPhone(browser)
  const { emulator, page } = phone
  const kim = emulator.addPerson({ name: 'Kim Park' })
  await phone.open(kim.key)
  await phone.write('Hello')
  await phone.message('Hello').waitFor()
  emulator.reset()
  await page.getByRole('heading', { name: 'Whose phone is it?' }).waitFor()
  await page.locator('.chat-link', { hasText: 'Kim Park' }).waitFor({ state: 'detached' })
})

test('two pages show the same', async () => {
  await using phone = await openPhone(browser)
  const other = await phone.page.context().newPage()
  await other.goto(`${phone.emulator.phoneUrl}#/alex-rivera`)
  await phone.open('alex-rivera')
  await phone.write('Seen twice')
  await other.locator('.row', { hasText: 'Seen twice' }).getByRole('img', { name: 'Delivered' }).waitFor()
})

test('a chat of 2000 messages opens at its end, shows only some, and loads the rest on the way up', async () => {
  await using phone = await openPhone(browser)
  const { emulator, page } = phone
  const messages = Array.from({ length: 2000 }, (_, place) => ({
    from: ALEX,
    id: `wamid.long-${place}`,
    timestamp: String(1_763_000_000 + place * 300),
    type: 'text',
    text: { body: `Number ${place}. ${'More words. '.repeat(place % 7)}` },
  }))
  const value = { metadata: { phone_number_id: emulator.account.phoneNumberId }, messages }
  await emulator.deliver({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  })
  await phone.open('alex-rivera')
  await phone.message('Number 1999.').waitFor()
  const fromEnd = 'scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight'
  expect(await phone.measure<number>(fromEnd)).toBeLessThan(2)
  expect(await page.locator('.row').count()).toBeLessThanOrEqual(80)

  // What is in view stays where it is while older messages come in above.
  await phone.measure('scroller.scrollTop = 950')
  const anchor = page.locator('.row').nth(20)
  const id = await anchor.getAttribute('data-id')
  const row = page.locator(`.row[data-id="${id}"]`)
  const before = (await row.boundingBox())!.y
  await phone.measure('scroller.scrollTop = 890')
  await eventually(() => page.locator('.row').count()).toBeGreaterThan(80)
  expect((await row.boundingBox())!.y).toBeCloseTo(before + 60, -1)

  // Up to the first one, down again to the last: never more rows than a browser lays out at once.
  const scrollUntil = (end: 'first' | 'last', found: string) =>
    phone.measure<number>(`new Promise(resolve => {
      let most = 0
      const step = () => {
        const rows = document.querySelectorAll('.row')
        most = Math.max(most, rows.length)
        if (rows[${end === 'first' ? 0 : 'rows.length - 1'}].textContent.includes(${JSON.stringify(found)})) return resolve(most)
        scroller.scrollTop = ${end === 'first' ? 0 : 'scroller.scrollHeight'}
        setTimeout(() => requestAnimationFrame(step), 20)
      }
      step()
    })`)
  expect(await scrollUntil('first', 'Number 0.')).toBeLessThanOrEqual(241)
  expect(await scrollUntil('last', 'Number 1999.')).toBeLessThanOrEqual(241)
  await phone.measure('scroller.scrollTop = 300')

  await phone.write('Still quick')
  await phone.message('Still quick').waitFor()
  await eventually(() => phone.measure<number>(fromEnd)).toBeLessThan(2)
  expect(await page.locator('.row').count()).toBeLessThanOrEqual(241)
}, 180_000)

test('who reads at the end stays there when the window changes or something opens beside', async () => {
  await using phone = await openPhone(browser)
  const { emulator, page } = phone
  for (let count = 0; count < 12; count += 1)
    await emulator.person().text(`Number ${count}. ${'Many words that fill several lines. '.repeat(8)}`)
  await phone.open('alex-rivera')
  await phone.message('Number 11.').waitFor()
  const fromEnd = 'scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight'
  await page.getByRole('button', { name: 'Faults and traffic' }).click()
  await page.getByRole('heading', { name: 'In force' }).waitFor()
  for (const width of [1280, 900, 400, 1280]) {
    await page.setViewportSize({ width, height: width / 2 + 200 })
    await eventually(() => phone.measure<number>(fromEnd)).toBeLessThan(2)
    expect(await page.getByRole('button', { name: 'To the newest message' }).isVisible()).toBe(false)
  }
  // And who reads further up is left there.
  await eventually(async () => {
    // The page may just be following the last change of the window.
    await phone.measure('scroller.scrollTop = 200')
    return page.getByRole('button', { name: 'To the newest message' }).isVisible()
  }).toBe(true)
  await emulator.echo({ to: 'Alex Rivera', text: 'Below' })
  await page.locator('#jump-count', { hasText: '1' }).waitFor()
  expect(await phone.measure<number>(fromEnd)).toBeGreaterThan(100)
})

test('faults are added in the drawer, met, told, and taken back', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  await page.getByRole('button', { name: 'Faults and traffic' }).click()
  const drawer = page.getByRole('complementary', { name: 'Faults and traffic' })
  await drawer.getByLabel('Duplicate the next: times').fill('2')
  await drawer.getByRole('button', { name: 'Add: Duplicate the next' }).click()
  await drawer.getByText('Next message delivered 2 times').waitFor()
  await phone.write('Once or twice?')
  await eventually(() => bot.messages().map(message => message.id).length).toBe(2)
  expect(new Set(bot.messages().map(message => message.id)).size).toBe(1)
  await drawer.getByText('Nothing: all goes well.').waitFor()
  expect(await page.locator('.row').count()).toBe(1)

  for (const name of ['Server error (500)', 'Rate limit (429)', 'Accepted, but undeliverable'])
    await drawer.getByRole('button', { name: `Add: ${name}` }).click()
  await drawer.getByRole('list', { name: 'Faults in force' }).getByRole('listitem').nth(2).waitFor()
  expect((await bot.text(ALEX, 'One')).status).toBe(500)
  expect((await bot.text(ALEX, 'Two')).status).toBe(429)
  expect((await bot.text(ALEX, 'Three')).status).toBe(200)
  await phone.message('Three').getByText('not delivered').waitFor()
  await drawer.getByText('429', { exact: true }).waitFor()

  await drawer.getByRole('button', { name: 'Add: Lose the next' }).click()
  await drawer.getByRole('button', { name: 'Take back: Next message lost' }).click()
  await drawer.getByText('Nothing: all goes well.').waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
})

test('a bot that does not answer is told of, and so is a webhook that is missing', async () => {
  await using phone = await openPhone(browser, { expected: FAILED_REQUEST })
  const { bot, page } = phone
  await phone.open('alex-rivera')
  bot.answerWith(503)
  await phone.write('Anybody there?')
  await page.getByText(/answered 503, try \d/).waitFor()
  bot.answerWith(200)
  await page.getByText('bot answers').waitFor()
  await phone.message('Anybody there?').getByRole('img', { name: 'Delivered' }).waitFor()

  await using lonely = await startEmulator()
  await page.goto(`${lonely.phoneUrl}#/alex-rivera`)
  await phone.write('Hello?')
  await page.getByText('does not know where to send webhooks').waitFor()
  expect(await page.locator('#text').inputValue()).toBe('Hello?')
  await page.getByRole('button', { name: 'Set one' }).click()
  await page.getByLabel('Webhook URL').fill(`${phone.emulator.url}/nowhere`)
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await page.locator('#text').press('Enter')
  await page.getByText(/answered 4\d\d/).waitFor()
})
