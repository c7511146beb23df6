import { type Emulator, type EmulatorOptions, startEmulator } from '@switchboard/emulator'
import { chromiumFlags, findChromium } from '@switchboard/test-support/browser'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { takeWebhooks, type WebhookTaker } from './webhook-taker.js'

/** Installing Chromium on a fresh machine takes its time. */
export const browserStartTimeout = 300_000

export async function launchBrowser(...flags: readonly string[]): Promise<Browser> {
  // Each launch has a profile of its own, in the temp folder.
  return chromium.launch({ executablePath: await findChromium(), args: [...chromiumFlags, ...flags] })
}

/** As `expect`, but asks again until it holds. */
export const eventually = <Value>(probe: () => Value) => expect.poll(probe, { timeout: 20_000 })

/** The phone page in a browser, with an emulator of its own behind it. */
export interface OpenPhone extends AsyncDisposable {
  readonly emulator: Emulator
  readonly bot: WebhookTaker
  readonly page: Page
  /** What the page complained of: errors of scripts, broken rules of the content security policy, missing files. */
  readonly complaints: string[]
  /** Shows a chat, as from a link, and waits until it can be used. */
  open(key: string): Promise<void>
  /** Types a text and sends it with Enter. */
  write(text: string): Promise<void>
  /** The messages of the open chat that contain the text. */
  message(text: string): Locator
  /** The value of a JavaScript expression in the page. */
  measure<Value>(expression: string): Promise<Value>
}

export interface OpenPhoneOptions {
  readonly emulator?: EmulatorOptions
  readonly context?: BrowserContextOptions
  /** Complaints that the test brings about on purpose. */
  readonly expected?: RegExp
  /** Where the page is loaded from; default the emulator itself. */
  readonly origin?: (emulator: Emulator) => string | Promise<string>
}

/** Starts both. At the end it fails when the page complained of anything. */
export async function openPhone(browser: Browser, options: OpenPhoneOptions = {}): Promise<OpenPhone> {
  const emulator = await startEmulator({
    statuses: { sentMs: 0, deliveredMs: 5 },
    redelivery: { firstMs: 20 },
    ...options.emulator,
  })
  const bot = takeWebhooks(emulator)
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    ...options.context,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('dialog', dialog => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const origin = (await options.origin?.(emulator)) ?? emulator.url
  await page.goto(`${origin}/phone`)
  await page.locator('.chat-link').first().waitFor()

  return {
    emulator,
    bot,
    page,
    complaints,
    async open(key) {
      await page.goto(`${origin}/phone#/${encodeURIComponent(key)}`)
      await page.locator('#log[aria-busy="false"]').waitFor({ state: 'attached' })
    },
    async write(text) {
      await page.locator('#text').fill(text)
      await page.locator('#text').press('Enter')
    },
    message: text => page.locator('.row', { hasText: text }),
    measure: expression => page.evaluate(expression),
    async [Symbol.asyncDispose]() {
      await context.close()
      await emulator.close()
      const unexpected = complaints.filter(complaint => !options.expected?.test(complaint))
      if (unexpected.length > 0) throw new Error(`The page complained: ${unexpected.join('; ')}`)
    },
  }
}
