import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wahaChannel } from '@switchboard/adapters/waha'
import type { ChannelEvent, IngestEvent, Received, WebhookRequest } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import { type CheckRequest, openRequestCheck } from '@switchboard/test-support/openapi'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordingServer, type SentRequest } from './replay/recording-server.js'
import { recordingsOf } from './replay/recordings.js'
import { contents } from './replay/waha-contents.js'
import { type Json, options, perform } from './replay/waha-requests.js'

const { present, replays, load, loadText, namesIn } = recordingsOf('waha')

test('recorded traffic is complete, or said to be absent', () => {
  expect(namesIn('webhooks').length > 35).toBe(present)
  expect(namesIn('send').length > 24).toBe(present)
})

function post(body: string, headers: Record<string, string> = {}): WebhookRequest {
  return {
    method: 'POST',
    url: '/webhooks/waha',
    headers: { get: name => headers[name] ?? null },
    body: new TextEncoder().encode(body),
  }
}

function read(name: string): Received {
  return wahaChannel(options).receive(post(loadText('webhooks', name))) as Received
}

replays('webhooks', () => {
  /** What each becomes, in words. */
  const expected: Readonly<Record<string, string>> = {
    'ack_device.json': 'receipt: delivered',
    'ack_error.json': 'receipt: failed',
    'ack_group_read.json': 'receipt: read',
    'ack_read.json': 'receipt: read',
    'call_received.json': 'notice: call.received',
    'chat_archive.json': 'notice: chat.archive',
    'engine_event.json': '',
    'event_response.json': 'notice: event.response',
    'group_join_self.json': 'notice: group.v2.join',
    'group_participants_join.json': 'notice: group.v2.participants, identity',
    'group_update.json': 'notice: group.v2.update',
    'message_any_incoming_duplicate_of_message.json': 'customer: text',
    'message_any_own_from_phone_gows_group.json': 'operator: text in a group',
    'message_any_own_from_phone_webjs.json': 'operator: text',
    'message_any_own_via_api_noweb.json': 'receipt: sent, notice: message.any',
    'message_document.json': 'customer: document',
    'message_edited.json': 'customer: edit',
    'message_group_text_gows.json': 'customer: text in a group',
    'message_group_text_noweb.json': 'customer: text in a group',
    'message_image_caption.json': 'customer: image',
    'message_location.json': 'customer: location',
    // Nothing says what kind of file it is.
    'message_media_not_downloaded.json': 'customer: document',
    'message_reply.json': 'customer: text (quotes)',
    'message_revoked.json': 'customer: revoke',
    'message_text_gows_lid.json': 'customer: text',
    'message_text_gows_pn.json': 'customer: text',
    'message_text_noweb_lid.json': 'customer: text',
    'message_text_webjs.json': 'customer: text',
    'message_vcard.json': 'customer: contacts',
    'message_voice.json': 'customer: voice',
    'poll_vote.json': 'customer: vote (quotes)',
    'presence_typing.json': 'notice: presence.update',
    'reaction.json': 'customer: reaction',
    'session_failed.json': 'notice: session.status',
    'session_passkey_required.json': 'notice: session.status',
    'session_scan_qr.json': 'notice: session.status',
    'session_stopped.json': 'notice: session.status',
    'session_working.json': 'notice: session.status',
  }

  test.each(namesIn('webhooks'))('%s', name => {
    const { events, response } = read(name)
    expect(response.status).toBe(200)
    expect(events.map(inWords).join(', ')).toBe(expected[name])
    expect(read(name).events).toEqual(events)
    const { payload } = load<{ payload: Json }>('webhooks', name)
    for (const event of events) {
      expect(event).toMatchObject({ channel: 'waha', account: 'default' })
      if (event.type === 'identity') continue
      expect(event.raw).toMatchObject({ payload })
      if (event.type === 'notice') continue
      expect(event.type === 'status' ? event.at : event.sentAt).toBeGreaterThan(1_788_000_000_000)
      expect(JSON.stringify(payload)).toContain(`_${event.providerId}`)
    }
  })

  test('all of them, in a store: each line once, two takeovers, whatever the order and however often', async () => {
    const names = namesIn('webhooks')
    const rotated = [...names.slice(20), ...names.slice(0, 20)]
    for (const order of [names, [...names].reverse(), rotated]) await expectInStore(order)
  })
})

async function expectInStore(names: readonly string[]): Promise<void> {
  const store = memoryStore()
  await store.init()
  const buffer = { quietMs: 0, maxWaitMs: 0, maxCount: 100 }
  const ingest = (name: string) =>
    store.ingest(read(name).events.filter(event => event.type !== 'notice') as IngestEvent[], {
      buffer,
      handoffIdleMs: null,
      keepRaw: true,
    })
  const takeovers: string[] = []
  for (const name of names) {
    for (const result of await ingest(name)) {
      if (result.kind === 'stored' && result.handoffChange) takeovers.push(name)
    }
  }
  const repeated = await Promise.all(names.map(ingest))
  expect(repeated.flat().filter(({ kind }) => kind === 'stored')).toEqual([])
  expect(takeovers.sort()).toEqual([
    'message_any_own_from_phone_gows_group.json',
    'message_any_own_from_phone_webjs.json',
  ])

  // One customer, known by phone and by lid, and one group.
  const conversations = await store.listConversations()
  expect(conversations.map(({ kind, user }) => [kind, user?.phone, user?.name]).sort()).toEqual([
    ['direct', '+15550001234', 'Alex Rivera'],
    ['group', undefined, undefined],
  ])
  const lines = (await Promise.all(conversations.map(({ id }) => store.listMessages(id)))).flat()
  const ids = lines.map(({ providerId }) => providerId)
  expect(new Set(ids).size).toBe(ids.length)
  // Bare ids and ids in full mean the same message.
  const first = '3EB00000000000000001'
  expect(ids.filter(id => id === first)).toHaveLength(1)
  const about = lines.filter(({ quotedId }) => quotedId === first).map(({ type }) => type)
  expect(about.sort()).toEqual(['edit', 'revoke'])
  await store.close()
}

function inWords(event: ChannelEvent): string {
  if (event.type === 'notice') return `notice: ${event.kind}`
  if (event.type === 'status') return `receipt: ${event.status}`
  if (event.type === 'identity') return 'identity'
  const what = event.type === 'message' ? event.content.type : event.type
  const quotes = event.type === 'message' && event.quotedId ? ' (quotes)' : ''
  return `${event.author}: ${what}${quotes}${event.chat.kind === 'group' ? ' in a group' : ''}`
}

replays('signatures', () => {
  interface Vectors {
    vectors: { name: string; key: string; raw_body: string; hmac: string; valid: boolean }[]
  }
  const { vectors } = present ? load<Vectors>('signature-vectors.json') : { vectors: [] }

  test.each(vectors)('$name', ({ key, raw_body, hmac, valid }) => {
    const channel = wahaChannel({ ...options, hmacKey: key })
    const headers = { 'x-webhook-hmac': hmac, 'x-webhook-hmac-algorithm': 'sha512' }
    const { events, response } = channel.receive(post(raw_body, headers)) as Received
    expect(response.status).toBe(valid ? 200 : 401)
    expect(events.length > 0).toBe(valid)
  })
})

interface Pair {
  request: { method: string; path: string; headers: Record<string, string>; body: Json | null }
  response: { status: number; body: Json | Json[] | null }
}

/** What the port has no method or field for. */
const notDone = ['delete_message.json', 'edit_message.json', 'stopTyping.json', 'sendText_group_mention.json']
/** A list that is no list: only its answer is of interest. */
const incomplete = ['error_501_not_implemented.json']

replays('requests', () => {
  test.each(namesIn('send').filter(name => ![...notDone, ...incomplete].includes(name)))('%s', async name => {
    const pair = load<Pair>('send', name)
    const { sent, outcome } = await replay(name, pair)
    expectSent(name, sent, pair.request)
    expectOutcome(name, outcome, pair.response)
  })

  test.each(incomplete)('%s', async name => {
    const { response } = load<Pair>('send', name)
    const { request } = load<Pair>('send', 'sendText.json')
    const { outcome } = await replay(name, { request, response })
    expectOutcome(name, outcome, response)
  })
})

/** Byte for byte, but for the id that our own id becomes. */
function expectSent(name: string, sent: SentRequest, { method, path, headers, body }: Pair['request']): void {
  expect([sent.method, sent.path]).toEqual([method, path])
  expect(sent.headers['x-api-key']).toBe(headers['X-Api-Key']?.replace('<key>', options.apiKey))
  // Files are no JSON, whatever the recording says.
  if (name !== 'error_404_file.json') expect(sent.headers.accept).toBe(headers.Accept)
  expect(sent.headers['content-type']).toBe(body === null ? undefined : headers['Content-Type'])
  const ours = sent.body.toString().replace(/"3EB0[0-9A-F]{18}"/, JSON.stringify(body?.id))
  // A device has no place in an address of ours.
  const expected = JSON.stringify(body).replace(':2@lid', '@lid')
  expect(body?.id === undefined ? sent.body.toString() : ours).toBe(body === null ? '' : expected)
}

/** What the recordings' own descriptions say of them. */
const outcomes: Readonly<Record<string, unknown>> = {
  'error_401.json': { code: 'channel_refused', retryable: false, scope: 'auth' },
  'error_404_file.json': { code: 'channel_refused', retryable: false, providerCode: 'FILE_NOT_FOUND' },
  'error_422_session.json': { code: 'channel_refused', retryable: true, scope: 'account' },
  'error_500_engine.json': { code: 'channel_unknown', retryable: false },
  'error_501_not_implemented.json': { code: 'channel_refused', retryable: false, scope: 'message' },
  'get_lid.json': [{ kind: 'phone', value: '+15550001234' }],
  'get_messages.json': [{ type: 'message', history: true, providerId: '3EB00000000000000001' }],
  'get_session.json': { ok: true, state: 'WORKING' },
  // Their answers are not documented, and empty here.
  'sendContactVcard.json': {},
  'sendPoll.json': {},
  'reaction.json': {},
}

function expectOutcome(name: string, outcome: unknown, { body }: Pair['response']): void {
  const { id } = (body ?? {}) as { id?: string }
  if (outcomes[name]) expect(outcome).toMatchObject(outcomes[name])
  else expect(outcome).toEqual(id === undefined ? undefined : { providerId: id.split('_')[2] })
}

async function replay(
  name: string,
  { request, response }: Pair,
): Promise<{ sent: SentRequest; outcome: unknown }> {
  const server = await recordingServer(response)
  try {
    const outcome = await perform(name, request, server.url).catch((error: unknown) => error)
    const [sent] = server.sent
    if (!sent) throw new Error(`nothing was sent: ${String(outcome)}`)
    return { sent, outcome }
  } finally {
    await server.close()
  }
}

replays("WAHA's own description", () => {
  let check: CheckRequest
  let temporary: string

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'switchboard-waha-'))
    const file = join(temporary, 'openapi.json')
    await writeFile(file, mended(loadText('openapi.json')))
    check = await openRequestCheck(file)
  })
  afterAll(() => rm(temporary, { recursive: true }))

  test.each(Object.keys(contents))('takes %s, with every field that we fill', async name => {
    const content = contents[name]
    if (!content) throw new Error(`no content: ${name}`)
    const server = await recordingServer({ status: 201, body: { id: 'true_15550001234@c.us_3EB0SENT' } })
    try {
      const channel = wahaChannel({ ...options, url: server.url, engine: 'GOWS' })
      const to = { kind: 'phone', value: '+15550001234' } as const
      const message = {
        id: 'outbound-1',
        channel: 'waha',
        account: 'default',
        to,
        content,
        quotedId: '3EB0QUOTED',
      }
      await channel.send(message)
      const [{ method = '', path, headers, body } = { path: '', headers: {}, body: '{}' }] = server.sent
      expect(check({ method, path, headers, body: JSON.parse(body.toString()) })).toEqual([])
    } finally {
      await server.close()
    }
  })
})

/** The file calls some texts and a boolean objects, against its own defaults, and forgets that a vcard may be null. */
function mended(description: string): string {
  type Schemas = Record<string, { properties: Record<string, Json> }>
  const file = JSON.parse(description) as { components: { schemas: Schemas } }
  for (const { properties } of Object.values(file.components.schemas)) {
    for (const field of ['mimetype', 'filename'] as const) {
      if (properties?.[field]?.type === 'object') properties[field].type = 'string'
    }
    if (properties?.multipleAnswers) properties.multipleAnswers.type = 'boolean'
    if (properties?.phoneNumber && properties.vcard) properties.vcard.type = ['string', 'null']
  }
  return JSON.stringify(file)
}
