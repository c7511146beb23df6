import { metaChannel } from '@switchboard/adapters/meta'
import type { OutboundMessage, Peer } from '@switchboard/core'
import { expect, test } from 'vitest'
import { accessToken, load, namesIn, phoneNumberId, present, replays } from './replay/meta-recordings.js'
import { contentOf, type Json } from './replay/recorded-content.js'
import { type RecordedResponse, recordingServer, type SentRequest } from './replay/recording-server.js'

test('recorded requests are all there, or said to be absent', () => {
  if (!present) return expect(namesIn('send')).toEqual([])
  expect(namesIn('send').length).toBeGreaterThan(30)
})

type Recorded = Json & { _multipart?: Record<string, string> }

interface Pair {
  request: { method: string; path: string; headers: Record<string, string>; body: Recorded | null }
  response: { status: number; body: Json }
}

/** What has a test of its own below, and what no channel does. */
const special: Readonly<Record<string, string>> = {
  'media_get_url.json': 'the first step of a download',
  'media_download.json': 'the second one',
  'media_upload.json': 'an upload',
  'media_delete.json':
    'not done: files of Meta end by themselves after 30 days, and a channel has no method for it',
}

/** Where a body differs from the recorded one, and why. */
const different: Readonly<Record<string, (body: Json) => unknown>> = {
  // A shared contact has no labels for its phones, and its whole name is kept.
  'contacts.json': body => {
    const [contact] = structuredClone(body.contacts) as [{ name: Json; phones: [Json] }]
    contact.name.last_name = 'Fox'
    delete contact.phones[0].type
    return { ...body, contacts: [contact] }
  },
}

replays('requests', () => {
  test.each(namesIn('send').filter(name => !(name in special)))('%s', async name => {
    const { request, response } = load<Pair>('send', name)
    const recorded = request.body ?? {}
    const { sent, outcome } = await replay(recorded, response)
    expectSent(sent, request)
    const { biz_opaque_callback_data, ...unmarked } = JSON.parse(sent.body.toString()) as Json
    const isMessage = recorded.status !== 'read'
    expect(biz_opaque_callback_data).toBe(
      isMessage ? (recorded.biz_opaque_callback_data ?? 'outbound-1') : undefined,
    )
    const expected = { ...recorded, biz_opaque_callback_data: undefined }
    expect(JSON.stringify(unmarked)).toBe(JSON.stringify(different[name]?.(expected) ?? expected))

    const error = response.body.error as { code: number } | undefined
    if (error) {
      expect(outcome).toMatchObject({ code: 'channel_refused', providerCode: String(error.code) })
      expect(outcome).toMatchObject({ retryable: retryableOf(error.code) })
    } else if (isMessage) {
      expect(outcome).toEqual({ providerId: (response.body.messages as Json[])[0]?.id })
    } else {
      expect(outcome).toBeUndefined()
    }
  })

  test('media_get_url.json and media_download.json', async () => {
    const [lookUp, download] = [
      load<Pair>('send', 'media_get_url.json'),
      load<Pair>('send', 'media_download.json'),
    ]
    const bytes = Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x7b])
    const server = await recordingServer(lookUp.response, { status: 200, body: bytes })
    try {
      const channel = metaChannel({ phoneNumberId, accessToken, fetch: server.fetch })
      const file = await channel.download({ id: String(lookUp.response.body.id) })
      expect(file).toEqual({ bytes, mimeType: lookUp.response.body.mime_type })
      const [first, second] = server.sent
      expectSent(first, lookUp.request)
      const path = new URL(String(lookUp.response.body.url))
      expectSent(second, { ...download.request, path: `${path.pathname}${path.search}` })
      expect(second?.url).toBe(path.href)
      expect(second?.headers['user-agent']).toMatch(/./)
    } finally {
      await server.close()
    }
  })

  test('media_upload.json', async () => {
    const { request, response } = load<Pair>('send', 'media_upload.json')
    const { file: label, ...fields } = request.body?._multipart ?? {}
    const bytes = Buffer.from([0xff, 0xd8, 0xff, 0x0d, 0x0a, 0x2d, 0x2d])
    const server = await recordingServer(response)
    try {
      const channel = metaChannel({ phoneNumberId, accessToken, graphUrl: server.url })
      const given = { bytes, mimeType: String(fields.type), filename: 'pic.jpg' }
      await expect(channel.upload(given)).resolves.toMatchObject({ id: response.body.id })
      const [sent] = server.sent
      expectSent(sent, request)
      const headers = { 'content-type': String(sent?.headers['content-type']) }
      const form = await new Response(new Uint8Array(sent?.body ?? []), { headers }).formData()
      expect([...form.keys()]).toEqual([...Object.keys(fields), 'file'])
      for (const [key, value] of Object.entries(fields)) expect(form.get(key)).toBe(value)
      const file = form.get('file') as File
      expect(label).toContain(`filename=${file.name}`)
      expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes)
    } finally {
      await server.close()
    }
  })

  test('nothing that was recorded is passed over', () => {
    expect(namesIn('send')).toEqual(
      expect.arrayContaining([...Object.keys(special), ...Object.keys(different)]),
    )
    const channel = metaChannel({ phoneNumberId, accessToken })
    expect(Object.keys(channel).filter(key => /delete/i.test(key))).toEqual([])
  })

  test('every code of the table is judged as it says', async () => {
    const { codes } = load<{ codes: { code: number | string }[] }>('error-codes.json')
    const text = load<Pair>('send', 'text.json')
    // About webhooks, not about sending.
    const numbers = codes
      .map(({ code }) => (typeof code === 'number' ? code : 250))
      .filter(code => code !== 2593109)
    expect(numbers.length).toBeGreaterThan(50)
    for (const code of numbers) {
      const { outcome } = await replay(text.request.body ?? {}, { status: 400, body: { error: { code } } })
      expect(outcome, String(code)).toMatchObject({
        providerCode: String(code),
        retryable: retryableOf(code),
      })
    }
  })
})

/** Method, path, token, and the type of the body when there is one. */
function expectSent(sent: SentRequest | undefined, request: Pair['request']): asserts sent is SentRequest {
  if (!sent) throw new Error('nothing was sent')
  expect([sent.method, sent.path]).toEqual([request.method, request.path])
  const { Authorization: token, 'Content-Type': type } = request.headers
  expect(sent.headers.authorization).toBe(token?.replace('<ACCESS_TOKEN>', accessToken))
  if (request.body) expect(sent.headers['content-type']?.split(';')[0]).toBe(type)
  else expect(sent.body.byteLength).toBe(0)
}

function retryableOf(code: number): boolean {
  const { codes } = load<{ codes: { code: number | string; retry: string }[] }>('error-codes.json')
  const retry = codes.find(entry => entry.code === code)?.retry
  return retry === 'backoff' || retry === 'later_account' || retry === 'later_recipient'
}

/** Sends what a recorded body says, to a server that gives the recorded response. */
async function replay(
  body: Json,
  response: RecordedResponse,
): Promise<{ sent: SentRequest; outcome: unknown }> {
  const server = await recordingServer(response)
  try {
    const outcome = await perform(body, server.url).catch((error: unknown) => error)
    const [sent] = server.sent
    if (!sent || server.sent.length > 1) throw new Error(`${server.sent.length} requests: ${String(outcome)}`)
    return { sent, outcome }
  } finally {
    await server.close()
  }
}

function perform(body: Json, graphUrl: string): Promise<unknown> {
  const channel = metaChannel({ phoneNumberId, accessToken, graphUrl })
  const to = peerOf(body)
  if (body.status === 'read') {
    const address = { account: phoneNumberId, to, providerId: String(body.message_id) }
    return body.typing_indicator ? channel.startTyping(address) : channel.markRead(address)
  }
  const quotedId = (body.context as { message_id: string } | undefined)?.message_id
  const message: OutboundMessage = {
    id: String(body.biz_opaque_callback_data ?? 'outbound-1'),
    channel: 'meta',
    account: phoneNumberId,
    to,
    content: contentOf(body),
    ...(quotedId !== undefined && { quotedId }),
  }
  return channel.send(message)
}

function peerOf(body: Json): Peer {
  if (body.recipient_type === 'group') return { kind: 'group', value: String(body.to) }
  if (body.recipient !== undefined) return { kind: 'bsuid', value: String(body.recipient) }
  return { kind: 'phone', value: String(body.to ?? '+15550001234') }
}
