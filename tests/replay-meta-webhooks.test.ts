import { metaChannel } from '@switchboard/adapters/meta'
import type { ChannelEvent, WebhookRequest } from '@switchboard/core'
import { expect, test } from 'vitest'
import {
  accessToken,
  load,
  loadText,
  namesIn,
  phoneNumberId,
  present,
  replays,
} from './replay/meta-recordings.js'
import type { Json } from './replay/recorded-content.js'

function post(body: string, headers: Record<string, string> = {}): WebhookRequest {
  return {
    method: 'POST',
    url: '/webhooks/meta',
    headers: { get: name => headers[name] ?? null },
    body: new TextEncoder().encode(body),
  }
}

test('recorded webhooks are all there, or said to be absent', () => {
  if (!present) return expect(namesIn('webhooks')).toEqual([])
  expect(namesIn('webhooks').length).toBeGreaterThan(50)
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
    const text = loadText('webhooks', name)
    const { events, response } = channel.receive(post(text))
    expect(response.status).toBe(200)
    expect(channel.receive(post(text)).events).toEqual(events)
    const body = JSON.parse(text) as Json

    const ids = events.flatMap(event => ('providerId' in event ? [event.providerId] : []))
    // Each file of the history also becomes an edit of its placeholder.
    const followUp = name === 'history_media_followup.json' ? (id: string) => [id, `${id}:media`] : undefined
    expect(ids).toEqual(followUp ? idsIn(body).flatMap(followUp) : idsIn(body))
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
