import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserStartTimeout, eventually, launchBrowser, openPhone } from './open-phone.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, browserStartTimeout)
afterAll(() => browser?.close())

const ALEX = '15550001234'
const ATTACK = '<img src=x onerror="alert(1)"><script>alert(2)</script><svg onload=alert(3)>'

describe('outside text is data', () => {
  test('markup in names, texts, captions, files, buttons and quotes stays text', async () => {
    await using phone = await openPhone(browser)
    const { bot, emulator, page } = phone
    const mallory = emulator.addPerson({ name: `Mallory ${ATTACK}`, username: ATTACK })
    const { id } = await mallory.text(
      `${ATTACK} *${ATTACK}* javascript:alert(4) https://example.com/"onmouseover=alert(5)`,
    )
    await mallory.document(Buffer.from(ATTACK), {
      filename: `${ATTACK}.html`,
      caption: ATTACK,
      mimeType: 'text/html',
    })
    await mallory.image(Buffer.from(ATTACK), { mimeType: 'image/svg+xml', caption: ATTACK })
    await mallory.contacts([{ name: { formatted_name: ATTACK }, phones: [{ phone: ATTACK }] }])
    await mallory.location({
      latitude: 1,
      longitude: 1,
      name: ATTACK,
      address: ATTACK,
      url: 'javascript:alert(6)',
    })
    await mallory.message({ type: ATTACK, [ATTACK]: { body: ATTACK } })
    await mallory.message({ type: 'interactive', interactive: ATTACK })
    const to = { to: mallory.phone }
    const button = { type: 'reply', reply: { id: ATTACK, title: '<b>bold</b>' } }
    await bot.send({
      ...to,
      type: 'interactive',
      context: { message_id: id },
      interactive: {
        type: 'button',
        header: { type: 'text', text: '<i>head</i>' },
        body: { text: ATTACK },
        footer: { text: '<u>foot</u>' },
        action: { buttons: [button] },
      },
    })
    await bot.send({ ...to, type: 'reaction', reaction: { message_id: id, emoji: '😀' } })
    await phone.open(mallory.key)
    await phone.message('<b>bold</b>').waitFor()
    await page.getByRole('button', { name: '<b>bold</b>' }).click()
    await eventually(() => bot.messages().at(-1)?.interactive).toMatchObject({ button_reply: { id: ATTACK } })
    await page.locator('.row.mine').last().locator('.bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Details' }).click()
    await page.getByRole('dialog', { name: 'Message details' }).waitFor()

    expect(await page.title()).toContain(ATTACK)
    expect(await page.locator('#room-title').textContent()).toBe(`Mallory ${ATTACK}`)
    expect(await page.locator('script').count()).toBe(1)
    expect(
      await page.locator('[onerror], [onload], [onmouseover], b, i:not(.typing i), iframe').count(),
    ).toBe(0)
    expect(await page.locator('img[src="x"], a[href^="javascript:"]').count()).toBe(0)
    expect(phone.complaints).toEqual([])
  })

  test('the page may run and reach nothing but the emulator’s own files, and cannot make markup of text', async () => {
    await using phone = await openPhone(browser, { expected: /TrustedHTML/ })
    const { headers } = await fetch(phone.emulator.phoneUrl)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const refused = await phone.measure<string>(
      `(() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken' } catch (error) { return error.name } })()`,
    )
    expect(refused).toBe('TypeError')
  })

  test('a page that somebody sends does not run when it is opened', async () => {
    await using phone = await openPhone(browser, { expected: /sandbox/ })
    const { bot, emulator, page } = phone
    await emulator.person().document(Buffer.from('<script>document.title = "run"</script>'), {
      filename: 'a.html',
      mimeType: 'text/html',
    })
    const [message] = bot.messages()
    await page.goto(`${emulator.url}/_emulator/media/${(message!.document as { id: string }).id}`)
    expect(await page.title()).not.toBe('run')
  })
})

describe('layout', () => {
  test('on a phone: the list, then the chat, and back', async () => {
    await using phone = await openPhone(browser, {
      context: { viewport: { width: 360, height: 740 }, hasTouch: true },
    })
    const { bot, page } = phone
    await bot.text(ALEX, `A long one: ${'unbreakable'.repeat(40)} ${'word '.repeat(60)}`)
    const list = page.getByRole('navigation', { name: 'Chats' })
    await list.getByRole('link', { name: /Alex Rivera/ }).tap()
    await page.locator('#text').waitFor()
    expect(await list.isVisible()).toBe(false)
    await phone.message('A long one').waitFor()
    for (const box of ['.composer', '.room-head', '.row .bubble']) {
      const { x, width } = (await page.locator(box).boundingBox())!
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(360)
    }
    expect(await phone.measure('document.documentElement.scrollWidth')).toBe(360)
    expect(await phone.measure('scroller.scrollWidth <= scroller.clientWidth')).toBe(true)
    // Fingers need room.
    for (const button of await page.locator('.room button:visible, .room a.back').all()) {
      const { height } = (await button.boundingBox())!
      if ((await button.getAttribute('class')) !== 'row-menu') expect(height).toBeGreaterThanOrEqual(40)
    }

    await page.getByRole('link', { name: 'Back to the people' }).tap()
    await list.waitFor()
    expect(await page.locator('#text').isVisible()).toBe(false)
    await page.goBack()
    await page.locator('#text').waitFor()
  })

  test('a link leads to a chat; one to nobody leads to the list', async () => {
    await using phone = await openPhone(browser)
    const { page } = phone
    await phone.open('robin-sato')
    await page.getByRole('heading', { name: 'Robin Sato' }).waitFor()
    await page.getByText('No messages yet. Say hello as Robin Sato.').waitFor()
    await page.goto(`${phone.emulator.phoneUrl}#/nobody-%E0%A4%A`)
    await page.getByRole('heading', { name: 'Whose phone is it?' }).waitFor()
  })

  test('day and night follow the system, and everything stays readable', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await using phone = await openPhone(browser, { context: { colorScheme } })
      const { bot, emulator, page } = phone
      const { id } = await bot.text(ALEX, 'Hello, see https://example.com')
      await emulator.person().text('A question', { quote: id! })
      await emulator.echo({ to: ALEX, text: 'From the shop' })
      await phone.open('alex-rivera')
      await phone.message('From the shop').waitFor()
      const background = await phone.measure<string>(
        'getComputedStyle(document.querySelector(".people")).backgroundColor',
      )
      expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(21, 22, 29)')
      const words = [
        '.text',
        '.text a',
        '.meta',
        '.author-phone-app',
        '.quote-author',
        '.quote-words',
        '.chat-name',
        '.chat-last',
        '.chat-line time',
        '.room-subtitle',
        '.business',
        '.divider span',
        '.switch',
      ]
      for (const selector of words)
        expect(await contrast(page, selector), `${selector} by ${colorScheme}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  test('whoever wants less motion gets none', async () => {
    await using phone = await openPhone(browser, { context: { reducedMotion: 'reduce' } })
    const longest = `Math.max(...[...document.querySelectorAll('.typing i, .row, .icon-button')].map(node =>
      parseFloat(getComputedStyle(node).animationDuration) + parseFloat(getComputedStyle(node).transitionDuration)))`
    expect(await phone.measure<number>(longest)).toBeLessThan(0.001)
  })
})

describe('keyboard and screen reader', () => {
  test('the whole way by keyboard: search, choose, write, go to a message, quote it', async () => {
    await using phone = await openPhone(browser)
    const { bot, page } = phone
    await bot.text('15550005678', 'Hello Bo')
    await page.keyboard.press('Control+k')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.type('bo')
    await page.locator('.chat-link', { hasText: 'Alex' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Bo Chen' }).waitFor()
    await phone.message('Hello Bo').waitFor()

    await page.locator('#text').focus()
    await page.keyboard.press('ArrowUp')
    await eventually(() => phone.measure('document.activeElement.className')).toContain('row')
    await page.keyboard.press('Enter')
    await eventually(() => phone.measure('document.activeElement.getAttribute("aria-label")')).toBe(
      'React with 👍',
    )
    await page.keyboard.press('End')
    await page.keyboard.press('Home')
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('#context').getByText('Hello Bo').waitFor()
    expect(await phone.measure('document.activeElement.id')).toBe('text')
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await eventually(() => bot.messages()).toMatchObject([{ text: { body: 'Hello' }, context: {} }])
  })

  test('everything has a name, and landmarks, headings and states are told', async () => {
    await using phone = await openPhone(browser)
    const { bot, emulator, page } = phone
    await emulator.person().image()
    await bot.text(ALEX, 'Nice')
    await phone.open('alex-rivera')
    await page.getByRole('button', { name: 'Faults and traffic' }).click()
    await phone.message('Nice').waitFor()
    for (const name of ['People', 'Faults and traffic'])
      await page.getByRole('complementary', { name }).waitFor()
    await page.getByRole('main').getByRole('log', { name: 'Messages with Alex Rivera' }).waitFor()
    await page.getByRole('navigation', { name: 'Chats' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Faults and traffic' }).getAttribute('aria-expanded')).toBe(
      'true',
    )
    // What a screen reader says first tells who wrote.
    expect(await phone.message('Nice').textContent()).toMatch(/^Business: Nice/)

    const nameless = await phone.measure<
      string[]
    >(`[...document.querySelectorAll('button, a, input, select, textarea, img, [role=img]')]
      .filter(node => node.checkVisibility() && !(node.getAttribute('aria-label') || node.textContent.trim() || node.alt || node.labels?.length || node.closest('label')?.textContent.trim()))
      .map(node => node.outerHTML)`)
    // Small pictures beside the same words are hidden from screen readers by an empty alt.
    expect(nameless.filter(html => !html.includes('alt=""'))).toEqual([])
    const ids = await phone.measure<string[]>('[...document.querySelectorAll("[id]")].map(node => node.id)')
    expect(ids).toHaveLength(new Set(ids).size)
    expect(await page.locator('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').count()).toBe(0)
  })

  test('the focus is always to be seen', async () => {
    await using phone = await openPhone(browser)
    const { bot, page } = phone
    await bot.text(ALEX, 'Hello')
    await phone.open('alex-rivera')
    await page.keyboard.press('Control+k')
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab')
      const seen = await phone.measure(`(() => {
        const node = document.activeElement
        const ring = getComputedStyle(node.closest('label') ?? node)
        return node === document.body || ring.outlineStyle !== 'none' || ring.borderColor === getComputedStyle(document.documentElement).getPropertyValue('--accent') || node.id === 'text'
      })()`)
      expect(seen, await phone.measure<string>('document.activeElement.outerHTML')).toBe(true)
    }
  })
})

/** The contrast of words against what lies behind them (WCAG 2.2, "Contrast (Minimum)": 4.5 for text). */
async function contrast(page: import('playwright-core').Page, selector: string): Promise<number> {
  return page.evaluate(`(() => {
    const node = document.querySelector(${JSON.stringify(selector)})
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const layers = []
    for (let each = node; each; each = each.parentElement) layers.unshift(getComputedStyle(each).backgroundColor)
    const paint = colours => {
      canvas.clearRect(0, 0, 1, 1)
      for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1) }
      const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const [words, ground] = [paint([...layers, getComputedStyle(node).color]), paint(layers)]
    return (Math.max(words, ground) + 0.05) / (Math.min(words, ground) + 0.05)
  })()`)
}
