import { createHmac } from 'node:crypto'
import type { ChannelEvent, InboundMessage } from '@switchboard/core'
import { webhookRequest } from '../../../webhook/requests.test.support.js'
import { type MetaChannelOptions, metaChannel } from '../index.js'

/** The day on which all samples happen: 2026-05-04T10:00:00Z. */
export const now = Date.UTC(2026, 4, 4, 10)
export const seconds = String(now / 1000)

export const account = '310010000000001'
export const businessPhone = '493055500100'
export const phone = '4915155500001'
export const userId = 'DE.70010000000000000001'
export const parentUserId = 'DE.ENT.70010000000000000009'

/** People are fictional. */
export const contact = {
  wa_id: phone,
  user_id: userId,
  profile: { name: 'Mara Lind', username: '@mara.lind' },
}
export const metadata = { display_phone_number: businessPhone, phone_number_id: account }

export function webhook(...changes: unknown[]): Record<string, unknown> {
  return { object: 'whatsapp_business_account', entry: [{ id: '770010000000001', changes }] }
}

export function change(value: Record<string, unknown>, field = 'messages'): Record<string, unknown> {
  return { field, value: { messaging_product: 'whatsapp', metadata, ...value } }
}

let count = 0

/** A text, unless told otherwise. */
export function message(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `wamid.sample${++count}`,
    from: phone,
    from_user_id: userId,
    timestamp: seconds,
    type: 'text',
    text: { body: 'Is the shop open today?' },
    ...fields,
  }
}

export function echo(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const { from_user_id: _, ...rest } = message({ from: businessPhone, to: phone, to_user_id: userId })
  return { ...rest, ...fields }
}

export const channelOptions: MetaChannelOptions = {
  phoneNumberId: account,
  accessToken: 'sample-access-credential',
  now: () => now,
}

export const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  webhookRequest('/webhooks/meta', body, headers)

export function sign(body: string | Uint8Array, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}

const channel = metaChannel(channelOptions)

/** The events of a webhook, as an object or as JSON, that must be accepted. */
export function eventsOf(body: unknown): readonly ChannelEvent[] {
  const { events, response } = channel.receive(post(typeof body === 'string' ? body : JSON.stringify(body)))
  if (response.status !== 200) throw new Error(`refused with ${response.status}: ${response.body}`)
  return events
}

/** The only event of a webhook with this one message in it. */
export function eventOf(fields: Record<string, unknown>): ChannelEvent {
  const events = eventsOf(webhook(change({ contacts: [contact], messages: [message(fields)] })))
  const [event] = events
  if (!event || events.length !== 1) throw new Error(`${events.length} events instead of 1`)
  return event
}

export function contentOf(fields: Record<string, unknown>): InboundMessage['content'] {
  const event = eventOf(fields)
  if (event.type !== 'message') throw new Error(`a ${event.type} instead of a message`)
  return event.content
}
