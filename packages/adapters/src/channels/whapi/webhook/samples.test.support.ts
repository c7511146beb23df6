import type { ChannelEvent, InboundMessage, Received, WebhookRequest } from '@switchboard/core'
import { webhookRequest } from '../../../webhook/requests.test.support.js'
import { type WhapiChannel, type WhapiChannelOptions, whapiChannel } from '../index.js'

/** The day on which all samples happen: 2026-05-04T10:00:00Z. */
export const now = Date.UTC(2026, 4, 4, 10)
export const seconds = now / 1000

export const account = 'SAMPLE-K9D2F'
export const businessPhone = '493055500100'
export const phone = '4915155500001'
export const chatId = `${phone}@s.whatsapp.net`
export const lid = '98765432101234@lid'
export const groupId = '120363999900001111@g.us'

/** People are fictional. */
export const person = { identities: [{ kind: 'phone', value: `+${phone}` }], name: 'Mara Lind' }

export const channelOptions: WhapiChannelOptions = {
  account,
  token: 'sample-channel-credential',
  now: () => now,
}

export function webhook(
  parts: Record<string, unknown>,
  event: unknown = { type: 'messages', event: 'post' },
): Record<string, unknown> {
  return { ...parts, event, channel_id: account }
}

let count = 0

/** A text of the customer, unless told otherwise. Ids have dots and dashes, as Whapi's have. */
export function message(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `s.${(++count).toString(16).padStart(8, '0')}.g4CA-sample`,
    from_me: false,
    type: 'text',
    chat_id: chatId,
    timestamp: seconds,
    source: 'mobile',
    text: { body: 'Is the shop open today?' },
    from: phone,
    from_name: 'Mara Lind',
    ...fields,
  }
}

/** A message from us, on the phone unless told otherwise. */
export function own(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const { from_name: _, ...rest } = message({ from_me: true, from: businessPhone, status: 'sent' })
  return { ...rest, ...fields }
}

export const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  webhookRequest('/webhooks/whapi', body, headers)

/** Only with other tools does a channel wait before it answers. */
export function receiveNow(channel: WhapiChannel, request: WebhookRequest): Received {
  return channel.receive(request) as Received
}

const channel = whapiChannel(channelOptions)

/** The events of a webhook, as an object or as JSON, that must be accepted. */
export function eventsOf(body: unknown): readonly ChannelEvent[] {
  const { events, response } = receiveNow(
    channel,
    post(typeof body === 'string' ? body : JSON.stringify(body)),
  )
  if (response.status !== 200) throw new Error(`refused with ${response.status}: ${response.body}`)
  return events
}

/** The only event of a webhook with this one message in it. */
export function eventOf(fields: Record<string, unknown>): ChannelEvent {
  const events = eventsOf(webhook({ messages: [fields] }))
  const [event] = events
  if (!event || events.length !== 1) throw new Error(`${events.length} events instead of 1`)
  return event
}

export function contentOf(fields: Record<string, unknown>): InboundMessage['content'] {
  const event = eventOf(message(fields))
  if (event.type !== 'message') throw new Error(`a ${event.type} instead of a message`)
  return event.content
}
