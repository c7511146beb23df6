import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { startBoth } from '../../test-support/bot.js'
import { encodeWebhookBody, signLegacy, signWebhookBody } from './wire.js'

// Worked out with `openssl dgst -sha256 -hmac <secret>` over the same bytes.
const VECTORS = [
  {
    body: { name: 'Zoë', text: '🚀 1/2' },
    raw: '{"name":"Zo\\u00eb","text":"\\ud83d\\ude80 1\\/2"}',
    secret: 'a-secret-of-the-test',
    signature: 'sha256=c9fb5a43cef0eeb501142965813bd8ab40af3ff4962d2b2755d39799c8886d6f',
  },
  {
    body: { object: 'whatsapp_business_account', entry: [] },
    raw: '{"object":"whatsapp_business_account","entry":[]}',
    secret: 'another-secret',
    signature: 'sha256=e8bbcb542d3f062c63cae6988c10a0cd8f76d31a9a5a6ddb31f2cbff057eadbd',
  },
]

test.each(VECTORS)('the bytes and the signature of $raw', ({ body, raw, secret, signature }) => {
  expect(encodeWebhookBody(body).toString('latin1')).toBe(raw)
  expect(signWebhookBody(raw, secret)).toBe(signature)
  expect(signWebhookBody(raw, `${secret}!`)).not.toBe(signature)
  expect(signWebhookBody(JSON.stringify(body), secret) === signature).toBe(JSON.stringify(body) === raw)
})

test('the old signature is SHA-1', () => {
  expect(signLegacy(VECTORS[1]?.raw ?? '', 'another-secret')).toBe(
    'sha1=b381aeed85cac80072bb6b6d8fd326c1a132e283',
  )
})

test('whatever the text, the bytes are ASCII and parse back to it', () => {
  const text = `\u0000 \u001f \u007f é ß 漢字 👩‍👩‍👧 \ud800 "quotes" \\ </script> ${'\u2028'}`
  const bytes = encodeWebhookBody({ text })
  expect(bytes.every(byte => byte < 0x7f)).toBe(true)
  expect(JSON.parse(bytes.toString())).toEqual({ text })
})

test('a webhook is signed over the raw bytes with the app secret', async () => {
  await using both = await startBoth({ appSecret: 'the-secret' })
  await both.emulator.person().text('Grüße 👍')
  const [hook] = both.bot.hooks
  const expected = createHmac('sha256', 'the-secret')
    .update(hook?.raw ?? '', 'latin1')
    .digest('hex')
  expect(hook?.headers['x-hub-signature-256']).toBe(`sha256=${expected}`)
  expect(hook?.headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/)
  expect(hook?.headers['content-type']).toBe('application/json')
  expect(hook?.raw).toContain('Gr\\u00fc\\u00dfe \\ud83d\\udc4d')
})

test.each([
  ['bad', true, true],
  ['legacy-only', false, true],
  ['none', false, false],
] as const)('a body can be posted with the signature %s', async (signature, modern, legacy) => {
  await using both = await startBoth({}, () => 401)
  const body = { object: 'whatsapp_business_account', entry: [] }
  const delivery = await both.emulator.deliver(body, { signature })
  expect(delivery).toMatchObject({ delivered: false, deliveries: [{ status: 401 }] })
  const [hook] = both.bot.hooks
  expect('x-hub-signature-256' in (hook?.headers ?? {})).toBe(modern)
  expect('x-hub-signature' in (hook?.headers ?? {})).toBe(legacy)
  expect(hook?.headers['x-hub-signature-256']).not.toBe(
    signWebhookBody(hook?.raw ?? '', both.emulator.account.appSecret),
  )
})
