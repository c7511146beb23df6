import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { expect, test } from 'vitest'
import type { Emulator } from '../emulator.js'
import { asObjects, isObject } from '../json.js'
import { sampleImage } from '../samples/image.js'
import { graph, refusalOf, send, startBoth } from '../test-support/bot.js'

function upload(emulator: Emulator, bytes: Uint8Array, type: string, fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ messaging_product: 'whatsapp', ...fields }))
    form.set(name, value)
  form.set('file', new Blob([new Uint8Array(bytes)], { type }), 'pic.png')
  return graph(emulator, `/v24.0/${emulator.account.phoneNumberId}/media`, { body: form })
}

test('a file goes up, is looked up, comes down, is sent, and is deleted', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const bytes = sampleImage()
  const { body } = await upload(emulator, bytes, 'image/png')
  expect(body).toEqual({ id: expect.stringMatching(/^\d{16}$/) })
  const id = String(body.id)
  const found = await graph(emulator, `/v24.0/${id}?phone_number_id=${emulator.account.phoneNumberId}`)
  expect(found.body).toEqual({
    messaging_product: 'whatsapp',
    url: expect.stringContaining(`/whatsapp_business/attachments/?mid=${id}&ext=`),
    mime_type: 'image/png',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    file_size: bytes.length,
    id,
  })
  const headers = { authorization: `Bearer ${emulator.account.accessToken}` }
  const down = await fetch(String(found.body.url), { headers })
  expect(down.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await down.arrayBuffer()).equals(bytes)).toBe(true)
  expect((await send(emulator, { type: 'image', image: { id, caption: 'Look' } })).status).toBe(200)
  expect(emulator.ledger.sent()[0]?.text).toBe('Look')
  expect((await graph(emulator, `/v24.0/${id}`, { method: 'DELETE' })).body).toEqual({ success: true })
  expect((await graph(emulator, `/v24.0/${id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

test('the address of a file is on the host that was asked', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const { body } = await upload(emulator, sampleImage(), 'image/png')
  const url = emulator.url.replace('127.0.0.1', 'localhost')
  const headers = { authorization: `Bearer ${emulator.account.accessToken}` }
  const found = (await (await fetch(`${url}/v24.0/${body.id}`, { headers })).json()) as { url: string }
  expect(new URL(found.url).origin).toBe(url)
  expect((await fetch(found.url, { headers })).status).toBe(200)
})

test.each([
  ['another type', 'application/zip', 10, {}, 100, 'one of the following types'],
  ['a large image', 'image/png', 5 * 1024 * 1024 + 1, {}, 131053, 'File size'],
  ['an empty file', 'image/png', 0, {}, 131053, 'File size'],
  ['no product', 'image/png', 10, { messaging_product: '' }, 100, 'messaging_product'],
])('an upload with %s is refused', async (_, type, size, fields, code, words) => {
  await using both = await startBoth()
  const answer = await upload(both.emulator, new Uint8Array(size), type, fields)
  const { message, details, ...refusal } = refusalOf(answer)
  expect(refusal).toEqual({ status: 400, code })
  expect(`${message} ${details}`).toContain(words)
})

test('an upload that is no form is refused', async () => {
  await using both = await startBoth()
  const path = `/v24.0/${both.emulator.account.phoneNumberId}/media`
  expect((await graph(both.emulator, path, { body: { file: 'x' } })).status).toBe(400)
  const headers = { 'content-type': 'multipart/form-data; boundary=none' }
  const url = both.emulator.url + path
  const token = { authorization: `Bearer ${both.emulator.account.accessToken}` }
  expect(
    (await fetch(url, { method: 'POST', headers: { ...headers, ...token }, body: 'no form' })).status,
  ).toBe(400)
})

test('a picture that a person sent comes down with the token alone, and not after five minutes', async () => {
  let time = Date.now()
  await using both = await startBoth({ now: () => time })
  const { emulator, bot } = both
  const bytes = sampleImage()
  await emulator.person().image(bytes, { mimeType: 'image/png', caption: 'Broken' })
  const image = bot.messages()[0]?.image
  if (!isObject(image)) throw new Error('no image')
  expect(image).toMatchObject({
    caption: 'Broken',
    mime_type: 'image/png',
    sha256: createHash('sha256').update(bytes).digest('base64'),
  })
  const url = String(image.url)
  const headers = { authorization: `Bearer ${emulator.account.accessToken}` }
  expect((await fetch(url, { headers })).status).toBe(200)

  const naked = await fetch(url)
  expect([naked.status, naked.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8'])
  expect((await fetch(url.replace(/hash=.*/, 'hash=guessed'), { headers })).status).toBe(404)
  expect(await statusWithoutUserAgent(url, headers)).toBe(400)
  time += 301_000
  expect((await fetch(url, { headers })).status).toBe(404)
  const again = await graph(emulator, `/v24.0/${image.id}`)
  expect((await fetch(String(again.body.url), { headers })).status).toBe(200)
  expect(emulator.refusals).toHaveLength(4)
})

test('media requests are on the ledger without their bytes', async () => {
  await using both = await startBoth()
  await upload(both.emulator, sampleImage(), 'image/png')
  const [entry] = both.emulator.ledger.requests()
  expect(entry).toMatchObject({ method: 'POST', accepted: true, outcome: 'answered' })
  expect(entry?.body).toMatchObject({ _multipart: { type: 'image/png', file: { name: 'pic.png' } } })
})

test('every kind of media that a person sends has the members of its kind', async () => {
  await using both = await startBoth()
  const alex = both.emulator.person()
  await alex.voiceNote()
  await alex.document(undefined, { filename: 'contract.pdf', caption: 'Signed' })
  await alex.audio(Buffer.from('x'))
  await alex.video(Buffer.from('x'))
  await alex.sticker(Buffer.from('x'))
  const common = {
    id: expect.any(String),
    url: expect.stringContaining('source=webhook'),
    sha256: expect.any(String),
  }
  const content = both.bot
    .messages()
    .map(message => ({ type: message.type, ...(message[String(message.type)] as object) }))
  expect(content).toEqual([
    { type: 'audio', mime_type: 'audio/ogg; codecs=opus', voice: true, ...common },
    {
      type: 'document',
      mime_type: 'application/pdf',
      filename: 'contract.pdf',
      caption: 'Signed',
      ...common,
    },
    { type: 'audio', mime_type: 'audio/mpeg', voice: false, ...common },
    { type: 'video', mime_type: 'video/mp4', ...common },
    { type: 'sticker', mime_type: 'image/webp', animated: false, ...common },
  ])
  expect(asObjects(both.bot.values()[0]?.contacts)).toHaveLength(1)
})

function statusWithoutUserAgent(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    // node:http sends no User-Agent of its own.
    request(url, { headers, agent: false }, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}
