import { whapiChannel } from '@switchboard/adapters/whapi'
import type { ChannelEvent, IngestEvent, Received, WebhookRequest } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, test } from 'vitest'
import { type RecordedResponse, recordingServer, type SentRequest } from './replay/recording-server.js'
import { recordingsOf } from './replay/recordings.js'
import { file, type Json, options, perform } from './replay/whapi-requests.js'

const { present, replays, load, loadText, namesIn } = recordingsOf('whapi')

const { account, token } = options

test('recorded traffic is complete, or said to be absent', () => {
  expect(namesIn('webhooks').length > 35).toBe(present)
  expect(namesIn('send').length > 24).toBe(present)
})

function post(body: string): WebhookRequest {
  return {
    method: 'POST',
    url: '/webhooks/whapi',
    headers: { get: () => null },
    body: new TextEncoder().encode(body),
  }
}

const isNotice = (event: ChannelEvent) => event.type === 'notice'

replays('webhooks', () => {
  const channel = whapiChannel(options)
  const receive = (name: string) => channel.receive(post(loadText('webhooks', name))) as Received
  const read = (name: string) => receive(name).events

  /** What each becomes, in words. */
  const expected: Readonly<Record<string, string>> = {
    'audio.json': 'customer: audio',
    'batch_two_messages.json': 'customer: text, customer: text',
    'buttons_reply.json': 'customer: button (quotes)',
    'calls.json': 'notice: calls',
    'channel_health_auth.json': 'notice: health',
    'channel_health_qr.json': 'notice: health',
    'channel_qr_patch.json': 'notice: qr',
    'chats_post.json': 'notice: chats',
    'contact.json': 'customer: contacts',
    'contacts_post.json': 'notice: contacts',
    'deleted_action.json': 'customer: revoke',
    'deleted_event.json': 'notice: messages_removed',
    'document.json': 'customer: document',
    'edited_action.json': 'customer: edit',
    'edited_patch.json': 'customer: edit',
    'group_text.json': 'customer: text in a group',
    'groups_participants_put.json': 'notice: groups_participants',
    'image_with_link.json': 'customer: image',
    'image_without_link.json': 'customer: image',
    'list_reply.json': 'customer: button (quotes)',
    'location.json': 'customer: location',
    'poll_created.json': 'customer: poll',
    'poll_vote_action.json': 'customer: vote (quotes)',
    'presences.json': 'notice: presences',
    'reaction.json': 'customer: reaction',
    'reaction_removed.json': 'customer: reaction',
    'sent_from_phone.json': 'operator: text',
    'sent_via_api_echo.json': 'receipt: sent',
    'status_delivered.json': 'receipt: delivered',
    'status_failed.json': 'receipt: failed',
    'status_read.json': 'receipt: read',
    'sticker.json': 'customer: sticker',
    'text.json': 'customer: text',
    'text_forwarded.json': 'customer: text (forwarded)',
    'text_quoted_reply.json': 'customer: text (quotes)',
    'text_with_url_link_preview.json': 'customer: text',
    'users_delete_disconnected.json': 'notice: user',
    'users_post_connected.json': 'notice: user',
    'video.json': 'customer: video',
    'voice.json': 'customer: voice',
  }

  test.each(namesIn('webhooks'))('%s', name => {
    const { events, response } = receive(name)
    expect(response.status).toBe(200)
    expect(events.map(inWords).join(', ')).toBe(expected[name])
    expect(read(name)).toEqual(events)
    for (const event of events) {
      expect(event).toMatchObject({ channel: 'whapi', account })
      expect(event.raw).toBeDefined()
      if (isNotice(event) || event.type === 'identity') continue
      expect(event.type === 'status' ? event.at : event.sentAt).toBeGreaterThan(1_788_000_000_000)
      expect(loadText('webhooks', name)).toContain(event.providerId)
    }
  })

  test('all of them, in a store: each line once, one takeover, whatever the order and however often', async () => {
    for (const names of [namesIn('webhooks'), namesIn('webhooks').reverse()]) {
      const store = memoryStore()
      await store.init()
      const buffer = { quietMs: 0, maxWaitMs: 0, maxCount: 100 }
      const ingest = (events: readonly ChannelEvent[]) =>
        store.ingest(events.filter(event => !isNotice(event)) as IngestEvent[], {
          buffer,
          handoffIdleMs: null,
          keepRaw: true,
        })
      const changes: string[] = []
      for (const name of names) {
        for (const result of await ingest(read(name))) {
          if (result.kind === 'stored' && result.handoffChange) changes.push(name)
        }
      }
      for (const name of names) {
        const kinds = (await ingest(read(name))).map(({ kind }) => kind)
        expect(
          kinds.filter(kind => kind !== 'status' && kind !== 'duplicate'),
          name,
        ).toEqual([])
      }
      expect(changes).toEqual(['sent_from_phone.json'])
      const conversations = await store.listConversations()
      const lines = await Promise.all(conversations.map(({ id }) => store.listMessages(id)))
      expect(conversations.map(({ peer, user }) => [peer.value, user?.name]).sort()).toEqual([
        ['+15550001234', 'Alex Rivera'],
        ['+15550005678', 'Bo Chen'],
        ['120363000000000001@g.us', undefined],
      ])
      const ids = lines.flat().map(({ providerId }) => providerId)
      expect(new Set(ids).size).toBe(ids.length)
      // The edit comes as an action and as an update: one line.
      expect(lines.flat().filter(({ type }) => type === 'edit')).toHaveLength(1)
      await store.close()
    }
  })
})

function inWords(event: ChannelEvent): string {
  if (event.type === 'notice') return `notice: ${event.kind}`
  if (event.type === 'status') return `receipt: ${event.status}`
  if (event.type === 'identity') return 'identity'
  const what = event.type === 'message' ? event.content.type : event.type
  const marks = event.type === 'message' ? [event.quotedId && 'quotes', event.forwarded && 'forwarded'] : []
  const said = marks.filter(Boolean).map(mark => ` (${mark})`)
  return `${event.author}: ${what}${said.join('')}${event.chat.kind === 'group' ? ' in a group' : ''}`
}

interface Pair {
  request: { method: string; path: string; headers: Record<string, string>; body: Json | null }
  response: { status: number; body: Json | null }
}

/** What no channel does: the port has no method for it. */
const notDone = ['text_edit.json', 'delete.json', 'get_chats.json', 'set_webhook.json']

replays('requests', () => {
  test.each(namesIn('send').filter(name => !notDone.includes(name)))('%s', async name => {
    const pair = load<Pair>('send', name)
    const { sent, outcome } = await replay(name, pair)
    expectSent(name, sent, pair.request)
    expectOutcome(name, outcome, pair.response)
  })
})

/** Byte for byte. */
function expectSent(name: string, sent: SentRequest, { method, path, headers, body }: Pair['request']): void {
  expect([sent.method, sent.path]).toEqual([method, path])
  expect(sent.headers.authorization).toBe(headers.Authorization?.replace('<CHANNEL_TOKEN>', token))
  expect(sent.headers.accept).toBe(headers.Accept)
  const isUpload = name === 'media_upload.json'
  const type = isUpload ? 'image/jpeg' : headers['Content-Type']
  expect(sent.body.toString()).toBe(body === null ? '' : isUpload ? file : JSON.stringify(body))
  expect(sent.headers['content-type']).toBe(body === null ? undefined : type)
}

/** What the recorded error codes mean, as the recordings' own descriptions say it. */
const outcomes: Readonly<Record<string, Json>> = {
  'error_401.json': { code: 'channel_refused', retryable: false, scope: 'auth' },
  'error_402_trial.json': { code: 'channel_refused', retryable: false, scope: 'account' },
  'error_404.json': { code: 'channel_refused', retryable: false, scope: 'recipient' },
  'error_429.json': { code: 'channel_refused', retryable: true, scope: 'account' },
  'error_500.json': { code: 'channel_unknown', retryable: false },
  'health.json': { ok: true, state: 'AUTH' },
  'media_download.json': { mimeType: 'image/jpeg', bytes: Buffer.from(file) },
  'media_upload.json': { id: 'jpeg-0000000000000009-1789000009' },
}

function expectOutcome(name: string, outcome: unknown, { body }: Pair['response']): void {
  const message = body?.message as Json | undefined
  if (outcomes[name]) {
    expect(outcome).toMatchObject(outcomes[name])
  } else if (name === 'get_messages.json') {
    const ids = (outcome as { providerId: string }[]).map(({ providerId }) => providerId)
    expect(body).toMatchObject({ messages: ids.map(id => ({ id })) })
  } else if (message) {
    expect(outcome).toEqual({ providerId: message.id })
  } else {
    expect(outcome).toEqual(name.startsWith('reaction') ? {} : undefined)
  }
}

async function replay(name: string, pair: Pair): Promise<{ sent: SentRequest; outcome: unknown }> {
  const isDownload = name === 'media_download.json'
  const answer: RecordedResponse = isDownload ? { status: 200, body: Buffer.from(file) } : pair.response
  // A history goes on until a page is empty.
  const server = await recordingServer(answer, { status: 200, body: { messages: [] } })
  try {
    const outcome = await perform(name, pair.request, server.url).catch((error: unknown) => error)
    const [sent] = server.sent
    if (!sent) throw new Error(`nothing was sent: ${String(outcome)}`)
    return { sent, outcome }
  } finally {
    await server.close()
  }
}
