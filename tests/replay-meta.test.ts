import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { metaChannel } from '@switchboard/adapters/meta'
import type { ChannelEvent, OutboundMessage, Peer, WebhookRequest } from '@switchboard/core'
import { describe, expect, test } from 'vitest'

/**
 * Replays webhooks and requests that were written down independently of this repository, where they lie beside it:
 * `webhooks/*.json` are bodies, `send/*.json` pairs of request and response, `error-codes.json` a table of codes,
 * `signature-vectors.json` signed bodies.
 */
const folder = fileURLToPath(new URL('../../shared/contracts/meta', import.meta.url))
const present = existsSync(folder)
if (!present) console.info(`No recorded Meta traffic in ${folder}: nothing to replay.`)

/** Without recordings there are no such tests, rather than skipped ones. */
const replays: (name: string, tests: () => void) => void = present ? describe : () => undefined

const accessToken = 'replayed-access-credential'
const phoneNumberId = '106540000000001'

type Json = Record<string, unknown>

function load<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as T
}

function namesIn(name: string): string[] {
  return present
    ? readdirSync(join(folder, name))
        .filter(file => file.endsWith('.json'))
        .sort()
    : []
}

function post(body: string, headers: Record<string, string> = {}): WebhookRequest {
  return {
    method: 'POST',
    url: '/webhooks/meta',
    headers: { get: name => headers[name] ?? null },
    body: new TextEncoder().encode(body),
  }
}

test('recorded traffic is complete, or said to be absent', () => {
  if (!present) return expect(namesIn('webhooks')).toEqual([])
  expect(namesIn('webhooks').length).toBeGreaterThan(50)
  expect(namesIn('send').length).toBeGreaterThan(30)
})

/** Ids of messages and statuses, with how often they stand in the body. */
function idsIn(body: Json): string[] {
  const ids: string[] = []
  const visit = (items: unknown) => {
    for (const item of (items ?? []) as Json[]) ids.push(String(item.id))
  }
  for (const entry of body.entry as Json[]) {
    for (const { field, value } of entry.changes as { field: string; value: Json }[]) {
      if (!['messages', 'smb_message_echoes', 'history'].includes(field)) continue
      for (const key of Object.keys(value)) {
        if (['messages', 'statuses', 'message_echoes'].includes(key)) visit(value[key])
      }
      for (const chunk of (value.history ?? []) as Json[]) {
        for (const thread of (chunk.threads ?? []) as Json[]) visit(thread.messages)
      }
    }
  }
  return ids
}

function fieldsOf(body: Json): string[] {
  return (body.entry as Json[]).flatMap(entry => (entry.changes as Json[]).map(({ field }) => String(field)))
}

const conversational = ['messages', 'smb_message_echoes', 'history', 'user_id_update']

replays('webhooks', () => {
  // The recordings happen in September 2026.
  const channel = metaChannel({ phoneNumberId, accessToken, now: () => 1_789_100_000_000 })

  test.each(namesIn('webhooks'))('%s', name => {
    const text = readFileSync(join(folder, 'webhooks', name), 'utf8')
    const { events, response } = channel.receive(post(text))
    expect(response.status).toBe(200)
    expect(channel.receive(post(text)).events).toEqual(events)
    const body = JSON.parse(text) as Json

    expect(events.flatMap(event => ('providerId' in event ? [event.providerId] : []))).toEqual(idsIn(body))
    const others = fieldsOf(body).filter(field => !conversational.includes(field))
    expect(events.flatMap(event => (event.type === 'notice' ? [event.kind] : []))).toEqual(
      expect.arrayContaining(others),
    )
    expect(events.length).toBeGreaterThan(0)
    for (const event of events) expectSound(event, name)
  })

  function expectSound(event: ChannelEvent, name: string): void {
    expect(event.raw).toBeDefined()
    if (event.type === 'notice' || event.type === 'identity') return
    expect(event.account).toMatch(/^10654000000000[12]$/)
    expect(event.type === 'status' ? event.at : event.sentAt).toBeGreaterThan(1_788_000_000_000)
    if (event.type === 'status') return
    if (event.chat.kind === 'direct') expect(event.chat.person.identities.length).toBeGreaterThan(0)
    expect(event.history ?? false).toBe(name.startsWith('history'))
    if (name.startsWith('echo')) expect(event.author).toBe('operator')
    // Only what says so itself may be beyond the vocabulary.
    const unsupported = event.type === 'message' && event.content.type === 'unsupported'
    const known = ['unsupported.json', 'media_download_failed.json', 'history_chunk.json']
    if (unsupported) expect(known).toContain(name)
  }
})

replays('signatures', () => {
  interface Vectors {
    vectors: { name: string; app_secret: string; raw_body: string; header: string; valid: boolean }[]
    verification_get: {
      query: string
      configured_verify_token: string
      response: { status: number; content_type?: string; body?: string }
    }[]
  }
  const { vectors, verification_get } = present
    ? load<Vectors>('signature-vectors.json')
    : { vectors: [], verification_get: [] }

  test.each(vectors)('$name', ({ app_secret, raw_body, header, valid }) => {
    const channel = metaChannel({ phoneNumberId, accessToken, appSecret: app_secret })
    const { events, response } = channel.receive(post(raw_body, { 'x-hub-signature-256': header }))
    expect(response.status).toBe(valid ? 200 : 401)
    expect(events.length > 0).toBe(valid)
  })

  test.each(verification_get)('GET ?$query', ({ query, configured_verify_token, response }) => {
    const channel = metaChannel({ phoneNumberId, accessToken, verifyToken: configured_verify_token })
    const received = channel.receive({ ...post(''), method: 'GET', url: `/webhooks/meta?${query}` })
    expect(received.response.status).toBe(response.status)
    if (response.status !== 200) return
    expect(received.response.body).toBe(response.body)
    expect(received.response.headers?.['content-type']).toBe(response.content_type)
  })
})

interface Pair {
  request: { method: string; path: string; headers: Record<string, string>; body: Json }
  response: { status: number; body: Json }
}

const supported = /^(text|text_reply|text_to_bsuid|text_to_group|mark_read|typing_indicator|error_.*)\.json$/

replays('requests', () => {
  test.each(namesIn('send').filter(name => supported.test(name)))('%s', async name => {
    const { request, response } = load<Pair>('send', name)
    const { sent, outcome } = await replay(request.body, response)

    expect(sent.method).toBe(request.method)
    expect(sent.path).toBe(request.path)
    expect(sent.headers.authorization).toBe(
      request.headers.Authorization?.replace('<ACCESS_TOKEN>', accessToken),
    )
    expect(sent.headers['content-type']).toBe(request.headers['Content-Type'])
    const { biz_opaque_callback_data: _, ...unmarked } = sent.body
    const isMessage = request.body.status !== 'read'
    expect(sent.body.biz_opaque_callback_data).toBe(
      isMessage ? (request.body.biz_opaque_callback_data ?? 'outbound-1') : undefined,
    )
    const expected = { ...request.body, biz_opaque_callback_data: undefined }
    expect(JSON.stringify(unmarked)).toBe(JSON.stringify(expected))

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

  test('every code of the table is judged as it says', async () => {
    const { codes } = load<{ codes: { code: number | string }[] }>('error-codes.json')
    const text = load<Pair>('send', 'text.json')
    // About webhooks, not about sending.
    const numbers = codes
      .map(({ code }) => (typeof code === 'number' ? code : 250))
      .filter(code => code !== 2593109)
    expect(numbers.length).toBeGreaterThan(50)
    for (const code of numbers) {
      const { outcome } = await replay(text.request.body, { status: 400, body: { error: { code } } })
      expect(outcome, String(code)).toMatchObject({
        providerCode: String(code),
        retryable: retryableOf(code),
      })
    }
  })
})

function retryableOf(code: number): boolean {
  const { codes } = load<{ codes: { code: number | string; retry: string }[] }>('error-codes.json')
  const retry = codes.find(entry => entry.code === code)?.retry
  return retry === 'backoff' || retry === 'later_account' || retry === 'later_recipient'
}

interface Sent {
  method: string | undefined
  path: string | undefined
  headers: IncomingHttpHeaders
  body: Json
}

/** Sends what a recorded body says, to a server that gives the recorded response. */
async function replay(body: Json, response: Pair['response']): Promise<{ sent: Sent; outcome: unknown }> {
  let sent: Sent | undefined
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method, url: path, headers } = request
    sent = { method, path, headers, body: JSON.parse(Buffer.concat(chunks).toString()) as Json }
    reply
      .writeHead(response.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(response.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const graphUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const outcome = await perform(body, graphUrl).catch((error: unknown) => error)
    if (!sent) throw new Error(`nothing was sent: ${String(outcome)}`)
    return { sent, outcome }
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

function perform(body: Json, graphUrl: string): Promise<unknown> {
  const channel = metaChannel({ phoneNumberId, accessToken, graphUrl })
  const to = peerOf(body)
  if (body.status === 'read') {
    const address = { account: phoneNumberId, to, providerId: String(body.message_id) }
    return body.typing_indicator ? channel.startTyping(address) : channel.markRead(address)
  }
  const { body: text, preview_url } = body.text as { body: string; preview_url?: boolean }
  const quotedId = (body.context as { message_id: string } | undefined)?.message_id
  const message: OutboundMessage = {
    id: String(body.biz_opaque_callback_data ?? 'outbound-1'),
    channel: 'meta',
    account: phoneNumberId,
    to,
    content: { type: 'text', text, ...(preview_url !== undefined && { linkPreview: preview_url }) },
    ...(quotedId !== undefined && { quotedId }),
  }
  return channel.send(message)
}

function peerOf(body: Json): Peer {
  if (body.recipient_type === 'group') return { kind: 'group', value: String(body.to) }
  if (body.recipient !== undefined) return { kind: 'bsuid', value: String(body.recipient) }
  return { kind: 'phone', value: String(body.to ?? '+15550001234') }
}
