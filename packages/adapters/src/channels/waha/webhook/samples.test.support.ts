import { createHmac } from 'node:crypto'
import type { ChannelEvent, InboundMessage, Received, WebhookRequest } from '@switchboard/core'
import { webhookRequest } from '../../../webhook/requests.test.support.js'
import { type WahaChannelOptions, wahaChannel } from '../index.js'

/** The day on which all samples happen: 2026-05-04T10:00:00Z. */
export const now = Date.UTC(2026, 4, 4, 10)
export const seconds = now / 1000

/** People are fictional. */
export const phone = '4915155500001'
export const chat = `${phone}@c.us`
export const lid = '700100000000001@lid'
export const group = '120363700000000001@g.us'
export const me = {
  id: '493055500100@c.us',
  pushName: 'Tea House',
  lid: '700100000000099@lid',
  jid: '493055500100:7@s.whatsapp.net',
}

let count = 0

/** A webhook of WAHA around a payload. */
export function webhook(
  event: string,
  payload: unknown,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: `evt_sample${++count}`,
    timestamp: now + 123,
    event,
    session: 'default',
    metadata: {},
    me,
    payload,
    engine: 'GOWS',
    environment: { version: '2026.7.1', engine: 'GOWS', tier: 'CORE' },
    ...fields,
  }
}

/** A text of the customer in a direct chat, unless told otherwise. */
export function message(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const stanza = `3ASAMPLE${++count}`
  return {
    id: `false_${chat}_${stanza}`,
    timestamp: seconds,
    from: chat,
    fromMe: false,
    source: 'app',
    to: null,
    participant: null,
    body: 'Is the shop open today?',
    hasMedia: false,
    media: null,
    ack: 2,
    ackName: 'DEVICE',
    location: null,
    vCards: null,
    replyTo: null,
    _data: {},
    ...fields,
  }
}

/** What our own account wrote, as NOWEB and GOWS report it: from the chat. */
export function own(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return message({ id: `true_${chat}_3EOWN${++count}`, fromMe: true, body: 'We are.', ...fields })
}

export const channelOptions: WahaChannelOptions = { url: 'http://127.0.0.1:9', now: () => now }

export function post(body: unknown, headers: Record<string, string> = {}): WebhookRequest {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return webhookRequest('/webhooks/waha', sent, headers)
}

export function sign(body: string | Uint8Array, hmacKey: string): string {
  return createHmac('sha512', hmacKey).update(body).digest('hex')
}

/** The events of a webhook that must be accepted at once, by a channel that has seen nothing else. */
export function eventsOf(body: unknown, options: Partial<WahaChannelOptions> = {}): readonly ChannelEvent[] {
  const received = wahaChannel({ ...channelOptions, ...options }).receive(post(body)) as Received
  if (received.response.status !== 200) throw new Error(`refused with ${received.response.status}`)
  return received.events
}

/** The only event of a webhook. */
export function eventOf(event: string, payload: unknown, fields?: Record<string, unknown>): ChannelEvent {
  const events = eventsOf(webhook(event, payload, fields))
  const [only] = events
  if (!only || events.length !== 1) throw new Error(`${events.length} events instead of 1`)
  return only
}

export function contentOf(fields: Record<string, unknown>): InboundMessage['content'] {
  const event = eventOf('message.any', message(fields))
  if (event.type !== 'message') throw new Error(`a ${event.type} instead of a message`)
  return event.content
}
