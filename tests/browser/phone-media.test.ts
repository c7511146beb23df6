import { readFile } from 'node:fs/promises'
import { sampleImage } from '@switchboard/emulator'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserStartTimeout, eventually, launchBrowser, type OpenPhone, openPhone } from './open-phone.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream')
}, browserStartTimeout)
afterAll(() => browser?.close())

const picture = { name: 'holiday.png', mimeType: 'image/png', buffer: Buffer.from(sampleImage()) }

async function mediaOf(phone: OpenPhone, id: unknown): Promise<Buffer> {
  const response = await fetch(`${phone.emulator.url}/_emulator/media/${id}`)
  return Buffer.from(await response.arrayBuffer())
}

test('a picture is chosen, captioned, sent as it is, shown, and opened large', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  await page.locator('#files').setInputFiles(picture)
  await page.getByRole('dialog', { name: 'Send a file' }).getByLabel('Caption').fill('Our *trip*')
  await page.keyboard.press('Enter')

  const row = phone.message('Our trip')
  await eventually(() => phone.measure('document.querySelector(".row img")?.naturalWidth')).toBe(96)
  const [message] = bot.messages()
  expect(message).toMatchObject({ type: 'image', image: { mime_type: 'image/png', caption: 'Our *trip*' } })
  expect(await mediaOf(phone, (message!.image as { id: string }).id)).toEqual(picture.buffer)

  await row.getByRole('button', { name: 'Open the picture' }).click()
  const large = page.getByRole('dialog', { name: 'Picture' })
  await large.getByText('Our *trip*').waitFor()
  await page.keyboard.press('Escape')
  await large.waitFor({ state: 'detached' })
})

test('a picture can be pasted, and dropped', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  const transfer = `(() => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(picture.buffer.toString('base64'))}), each => each.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }))
    return transfer
  })()`
  await page.evaluate(
    `document.getElementById('text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: ${transfer}, bubbles: true, cancelable: true }))`,
  )
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
  await eventually(() => bot.messages().length).toBe(1)

  await page.evaluate(`{
    const room = document.getElementById('room')
    const dataTransfer = ${transfer}
    room.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }))
  }`)
  await page.getByText('Drop to send to the business').waitFor()
  await page.evaluate(
    `document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer: ${transfer}, bubbles: true, cancelable: true }))`,
  )
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
  await eventually(() => bot.messages().map(message => message.type)).toEqual(['image', 'image'])
  await eventually(() => page.locator('.row img').count()).toBe(2)
})

test('a picture in a format that WhatsApp does not take is sent as JPEG, as a phone does it', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="1500"><rect width="9" height="9"/></svg>'
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  await page.locator('#files').setInputFiles([
    { name: 'dot.gif', mimeType: 'image/gif', buffer: gif },
    { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(drawing) },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Some notes') },
  ])
  await page.getByRole('dialog', { name: 'Send 3 files' }).getByRole('button', { name: 'Send' }).click()
  await eventually(() => bot.messages().length).toBe(3)
  const [dot, drawn, notes] = bot.messages()
  expect(dot).toMatchObject({ type: 'image', image: { mime_type: 'image/jpeg' } })
  expect((await mediaOf(phone, (dot!.image as { id: string }).id)).subarray(0, 2)).toEqual(
    Buffer.from([0xff, 0xd8]),
  )
  // What the browser cannot read as a picture goes as a document.
  expect(drawn).toMatchObject({ type: 'document', document: { filename: 'drawing.svg' } })
  expect(notes).toMatchObject({
    type: 'document',
    document: { filename: 'notes.txt', mime_type: 'text/plain' },
  })
  await page.getByRole('link', { name: 'Save notes.txt' }).waitFor()
})

test('a voice note is recorded from the microphone and goes out as OGG with Opus', async () => {
  await using phone = await openPhone(browser, { context: { permissions: ['microphone'] } })
  const { bot, page } = phone
  await phone.open('alex-rivera')
  await page.getByRole('button', { name: 'Record a voice note' }).click()
  await page
    .getByRole('timer')
    .getByText(/0:0[1-9]/)
    .waitFor()
  await page.getByRole('button', { name: 'Throw the recording away' }).click()
  await page.locator('#text').waitFor()

  await page.getByRole('button', { name: 'Record a voice note' }).click()
  await page
    .getByRole('timer')
    .getByText(/0:0[1-9]/)
    .waitFor()
  await page.getByRole('button', { name: 'Send the voice note' }).click()
  await eventually(() => bot.messages().length).toBe(1)
  const [message] = bot.messages()
  expect(message).toMatchObject({
    type: 'audio',
    audio: { voice: true, mime_type: 'audio/ogg; codecs=opus' },
  })
  const note = await mediaOf(phone, (message!.audio as { id: string }).id)
  expect(note.toString('latin1', 0, 4)).toBe('OggS')
  // The browser that recorded it decodes what it was made into.
  await page.getByRole('group', { name: /^Voice note, 0:\d\d$/ }).waitFor()
})

test('the sample voice note shows its length and waveform, and plays', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  // Slowly, so that it is still playing however busy the machine is.
  await page.addInitScript(
    'const { play } = Audio.prototype; Audio.prototype.play = function () { this.playbackRate = 0.1; return play.call(this) }',
  )
  await page.reload()
  await phone.open('alex-rivera')
  await page.getByRole('button', { name: 'Attach' }).click()
  await page.getByRole('menuitem', { name: 'Sample voice note' }).click()
  const player = page.getByRole('group', { name: 'Voice note, 0:07' })
  await player.waitFor()
  const heights = await phone.measure<string[]>(
    '[...document.querySelectorAll(".wave rect")].map(bar => bar.getAttribute("height"))',
  )
  expect(new Set(heights).size).toBeGreaterThan(10)

  await player.getByRole('button', { name: 'Play the voice note' }).click()
  await eventually(() => player.locator('.played').count()).toBeGreaterThan(0)
  // The ticks move while it plays on: the row is not built anew.
  await bot.markRead(bot.messages()[0]!.id)
  await page.locator('.row').getByRole('img', { name: 'Read' }).waitFor()
  await player.getByRole('button', { name: 'Pause' }).click()
  const place = Number(await player.getByRole('slider').inputValue())
  expect(place).toBeGreaterThan(0)
  await player.getByRole('slider').focus()
  await page.keyboard.press('End')
  await eventually(() => player.locator('.played').count()).toBe(40)
})

test('without a microphone the page offers the sample', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await page.addInitScript('delete Navigator.prototype.mediaDevices')
  await page.reload()
  await phone.open('alex-rivera')
  await page.getByRole('button', { name: 'Record a voice note' }).click()
  await page.getByRole('button', { name: 'Send a sample' }).click()
  await eventually(() => bot.messages()).toMatchObject([{ type: 'audio', audio: { voice: true } }])
})

test('the samples for every kind arrive, and show', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  await phone.open('alex-rivera')
  for (const name of ['photo', 'document', 'location', 'contact']) {
    await page.getByRole('button', { name: 'Attach' }).click()
    await page.getByRole('menuitem', { name: `Sample ${name}` }).click()
  }
  await eventually(() =>
    bot
      .messages()
      .map(message => message.type)
      .sort(),
  ).toEqual(['contacts', 'document', 'image', 'location'])
  await page.getByRole('link', { name: 'Save price-list.pdf' }).waitFor()
  await page.getByText('1 Harbour Street').waitFor()
  await phone.message('Noor de Vries').waitFor()
  const document = bot.messages().find(message => message.type === 'document')
  const pdf = await readFile(
    new URL('../../packages/emulator/src/phone/sample-price-list.pdf', import.meta.url),
  )
  expect(await mediaOf(phone, (document!.document as { id: string }).id)).toEqual(pdf)
})

test('what the bot links to is shown as a link, and not fetched', async () => {
  await using phone = await openPhone(browser)
  const { bot, page } = phone
  const asked: string[] = []
  page.on('request', request => asked.push(new URL(request.url()).host))
  await bot.send({
    to: '15550001234',
    type: 'image',
    image: { link: 'https://example.com/bike.jpg', caption: 'The blue one' },
  })
  await phone.open('alex-rivera')
  const link = phone.message('The blue one').getByRole('link', { name: 'Picture example.com' })
  expect(await link.getAttribute('href')).toBe('https://example.com/bike.jpg')
  expect(await link.getAttribute('rel')).toContain('noopener')
  expect(new Set(asked)).toEqual(new Set([new URL(phone.emulator.url).host]))
})
