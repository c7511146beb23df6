import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserStartTimeout, eventually, launchBrowser, openPhone } from './open-phone.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, browserStartTimeout)
afterAll(() => browser?.close())

const ALEX = '15550001234'

test('writing: one tick on its way, two when the webhook was answered, blue when the bot has read it', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  const release = bot.hold()
  await page.locator('#text').fill('Hello there')
  await page.locator('#text').press('Shift+Enter')
  await page.keyboard.type('second line')
  await page.locator('#text').press('Enter')

  const bubble = phone.message('Hello there')
  await bubble.getByRole('img', { name: 'Sent' }).waitFor()
  expect(await bubble.getAttribute('class')).toContain('mine')
  expect(await page.locator('#text').inputValue()).toBe('')
  release()
  await bubble.getByRole('img', { name: 'Delivered' }).waitFor()
  const [taken] = bot.messages()
  expect(taken).toMatchObject({ type: 'text', text: { body: 'Hello there\nsecond line' }, from: ALEX })

  await bot.markRead(taken!.id)
  await bubble.getByRole('img', { name: 'Read' }).waitFor()
  // The list on the left shows the same.
  await page.locator('.chat-link[aria-current]').getByRole('img', { name: 'Read' }).waitFor()
})

test('the bot types, answers with a quote, and learns that its answer was read', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  await phone.write('Is the *blue* one still there?')
  await eventually(() => bot.messages().length).toBe(1)
  const [{ id } = { id: '' }] = bot.messages()

  await bot.markRead(id, true)
  await page.locator('#typing').waitFor()
  await page.getByText('The business is typing…').waitFor()
  expect(await page.locator('.chat-link', { hasText: 'Alex Rivera' }).textContent()).toContain('typing…')

  await bot.text(ALEX, 'Yes, it is.', { context: { message_id: id } })
  const answer = phone.message('Yes, it is.')
  await answer.waitFor()
  expect(await answer.getAttribute('class')).toContain('theirs')
  expect(await answer.locator('.quote').textContent()).toBe('Alex RiveraIs the blue one still there?')
  await page.locator('#typing').waitFor({ state: 'hidden' })
  await eventually(() => bot.statuses()).toContain('read')
  expect(bot.statuses().toSorted()).toEqual(['delivered', 'read', 'sent'])
})

test('what arrives elsewhere is counted, and read when its chat is opened', async () => {
  await using phone = await openPhone(browser)
  const { bot, page, emulator } = phone
  await phone.open('bo-chen')
  await bot.text(ALEX, 'First')
  await bot.text(ALEX, 'Second')
  const line = page.locator('.chat-link', { hasText: 'Alex Rivera' })
  await line.getByText('2', { exact: true }).waitFor()
  expect(await line.locator('.badge').getAttribute('aria-label')).toBe('2 unread')
  expect(await page.title()).toBe('(2) Bo Chen · Phone')
  expect(bot.statuses()).not.toContain('read')

  await line.click()
  await page.getByText('New messages').waitFor()
  await line.locator('.badge').waitFor({ state: 'detached' })
  await eventually(() => emulator.ledger.sent().map(sent => emulator.message(sent.wamid)?.tick)).toEqual([
    'read',
    'read',
  ])
  await eventually(() => page.title()).toBe('Alex Rivera · Phone')
})

test('a message is quoted by a double click, from its menu or by a swipe, and Escape thinks better of it', async () => {
  await using phone = await openPhone(browser, { context: { hasTouch: true } })
  const { bot, page } = phone
  const { id } = await bot.text(ALEX, 'Shall we say three?')
  await phone.open('alex-rivera')
  const offer = phone.message('Shall we say three?')

  await offer.locator('.bubble').dblclick()
  await page.locator('#context').getByText('Shall we say three?').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('#context').waitFor({ state: 'hidden' })

  await offer.locator('.bubble').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).click()
  await phone.write('Three is good')
  await eventually(() => bot.messages().at(-1)?.context?.id).toBe(id)
  await page.locator('#context').waitFor({ state: 'hidden' })
  await phone.message('Three is good').locator('.quote').getByText('Shall we say three?').waitFor()

  const box = await offer.first().locator('.bubble').boundingBox()
  const [x, y] = [box!.x + 20, box!.y + box!.height / 2]
  const touch = await page.context().newCDPSession(page)
  const at = (type: string, right: number) =>
    touch.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: type === 'touchEnd' ? [] : [{ x: x + right, y }],
    })
  await at('touchStart', 0)
  for (const right of [20, 50, 90]) await at('touchMove', right)
  await at('touchEnd', 90)
  await page.locator('#context').getByText('Shall we say three?').waitFor()
})

test('a click on a quote leads to the original, however far up, and lets it flash', async () => {
  await using phone = await openPhone(browser)
  const { bot, emulator, page } = phone
  const { id } = await emulator.person().text('The very first one')
  await emulator.deliver(manyMessages(450))
  await bot.text(ALEX, 'As you said then', { context: { message_id: id } })
  await phone.open('alex-rivera')
  expect(await phone.message('The very first one').count()).toBe(0)

  await phone.message('As you said then').locator('.quote').click()
  const original = phone.message('The very first one').first()
  await original.waitFor()
  await eventually(() => original.getAttribute('class')).toContain('flash')
  expect(await original.locator('.bubble').boundingBox()).toSatisfy(
    (box: { y: number }) => box.y > 60 && box.y < 740,
  )
  await page.getByRole('button', { name: 'To the newest message' }).click()
  await eventually(() =>
    phone.measure<number>('scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight'),
  ).toBeLessThan(2)
})

test('reactions, edits and deletions reach the bot and show', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  const { id } = await bot.text(ALEX, 'We are open on Sunday')
  await phone.open('alex-rivera')
  await phone.message('We are open').locator('.bubble').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'React with 👍' }).click()
  await phone.message('We are open').getByRole('button', { name: 'Reactions: Alex Rivera 👍' }).waitFor()
  await phone.write('See you at tree')
  await bot.send({
    to: ALEX,
    type: 'reaction',
    reaction: { message_id: bot.messages().at(-1)!.id, emoji: '😀' },
  })
  const mine = phone.message('See you at')
  await mine.getByRole('button', { name: 'Reactions: Business 😀' }).waitFor()

  await mine.locator('.bubble').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  expect(await page.locator('#text').inputValue()).toBe('See you at tree')
  await phone.write('See you at three')
  await mine.getByText('edited').waitFor()
  await mine.locator('.bubble').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Delete for everyone' }).click()
  await page.locator('.row', { hasText: 'This message was deleted' }).waitFor()

  await eventually(() => bot.messages().map(message => message.type)).toEqual([
    'reaction',
    'text',
    'edit',
    'revoke',
  ])
  expect(bot.messages()[0]?.reaction).toEqual({ message_id: id, emoji: '👍' })
  expect(bot.messages()[2]?.edit).toMatchObject({ message: { text: { body: 'See you at three' } } })
})

test('reply buttons and lists can be tapped', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  const reply = (id: string, title: string) => ({ type: 'reply', reply: { id, title } })
  const buttons = await bot.send({
    to: ALEX,
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: 'Which time?' },
      action: { buttons: [reply('a', '14:00'), reply('b', '15:30')] },
    },
  })
  const rows = [
    { id: 'fri', title: 'Friday', description: '9 to 18' },
    { id: 'sat', title: 'Saturday' },
  ]
  const list = await bot.send({
    to: ALEX,
    type: 'interactive',
    interactive: {
      type: 'list',
      body: { text: 'Which day?' },
      action: { button: 'Days', sections: [{ rows }] },
    },
  })
  await phone.open('alex-rivera')
  await phone.message('Which time?').getByRole('button', { name: '15:30' }).click()
  await page.locator('.row.mine', { hasText: '15:30' }).waitFor()
  await phone.message('Which day?').getByRole('button', { name: 'Days' }).click()
  await page.getByRole('dialog', { name: 'Days' }).getByRole('button', { name: 'Friday' }).click()
  await page.locator('.row.mine', { hasText: 'Friday' }).waitFor()

  expect(bot.messages()).toMatchObject([
    { context: { id: buttons.id }, interactive: { button_reply: { id: 'b', title: '15:30' } } },
    {
      context: { id: list.id },
      interactive: { list_reply: { id: 'fri', title: 'Friday', description: '9 to 18' } },
    },
  ])
})

test('the page answers as the business, from its phone app', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  await page.getByRole('switch', { name: /Write as the business/ }).click()
  await phone.write('Sam here, I will take over')
  const echoed = phone.message('Sam here')
  await echoed.getByText('Business phone').waitFor()
  expect(await echoed.getAttribute('class')).toContain('theirs')
  await eventually(() => bot.echoes()).toMatchObject([
    { to: ALEX, text: { body: 'Sam here, I will take over' } },
  ])
  expect(bot.messages()).toEqual([])

  await page.getByRole('switch', { name: /Write as the business/ }).click()
  await phone.write('Thank you, Sam')
  await eventually(() => bot.messages()).toMatchObject([{ text: { body: 'Thank you, Sam' } }])
})

test('a new person without a visible number writes', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await page.getByRole('button', { name: 'New person' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Jo Lee')
  await page.getByText('only a username').click()
  await page.getByRole('textbox', { name: 'Username' }).fill('jo.lee')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('heading', { name: 'Jo Lee' }).waitFor()
  expect(new URL(page.url()).hash).toBe('#/jo-lee')
  await page.getByText('@jo.lee · number hidden').waitFor()
  await phone.write('Hello, it is me')
  await eventually(() => bot.messages().length).toBe(1)
  const [message] = bot.messages()
  expect(message?.from).toBeUndefined()
  expect(message?.from_user_id).toMatch(/^US\./)
  expect(bot.values[0]?.contacts?.[0]?.profile?.username).toBe('@jo.lee')
})

test('several people write in a group, one after the other', async () => {
  await using phone = await openPhone(browser)
  const { bot, page, emulator } = phone
  await emulator.person('Alex Rivera').text('Shall we go together?', { group: 'bike-ride' })
  await emulator.person('Bo Chen').text('Yes!', { group: 'bike-ride' })
  await page.locator('.chat-link', { hasText: 'Alex Rivera, Bo Chen' }).click()
  await page.getByLabel('Write as').selectOption('Bo Chen')
  await phone.write('At three')
  await eventually(() => bot.messages().at(-1)).toMatchObject({ from: '15550005678', group_id: 'bike-ride' })
  await phone.message('At three').waitFor()
  // Whoever holds the phone is on the right.
  await eventually(() => phone.message('Yes!').getAttribute('class')).toContain('mine')
  const other = phone.message('Shall we go together?')
  expect(await other.getAttribute('class')).toContain('theirs')
  expect(await other.getByRole('img').count()).toBe(0)
  await page.getByLabel('Write as').selectOption('Alex Rivera')
  await eventually(() => other.getAttribute('class')).toContain('mine')
  await other.getByRole('img', { name: 'Delivered' }).waitFor()
})

/** One webhook with many messages of Alex. */
function manyMessages(count: number): unknown {
  const messages = Array.from({ length: count }, (_, place) => ({
    from: ALEX,
    id: `wamid.filler-${place}`,
    timestamp: String(1_763_700_000 + place),
    type: 'text',
    text: { body: `Filler number ${place}` },
  }))
  const contacts = [{ wa_id: ALEX, profile: { name: 'Alex Rivera' } }]
  const value = {
    messaging_product: 'whatsapp',
    metadata: { phone_number_id: '106540000000001' },
    contacts,
    messages,
  }
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  }
}
