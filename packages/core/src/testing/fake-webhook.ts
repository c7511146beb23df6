import type { Received, WebhookRequest } from '../ports/index.js'
import type { ChannelEvent } from '../vocabulary/index.js'
import { customerText, type FakeMessageOptions, type FakeOrigin } from './fake-events.js'

/** The request with which a provider would report these events. */
export function toRequest(origin: FakeOrigin, events: readonly ChannelEvent[]): Request {
  return new Request(`http://localhost/webhooks/${origin.channel}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  })
}

/** Reads one event or a list of them; an item without a type is `{ "text": "…", "from": "+1…", "id": "…" }`. */
export function fromRequest(origin: FakeOrigin, request: WebhookRequest): Received {
  if (request.method !== 'POST') return refuse(405, 'POST events here')
  const body = parse(request.body)
  const items: readonly unknown[] = Array.isArray(body) ? body : [body]
  const events = items.map(item => toEvent(origin, item)).filter(event => event !== undefined)
  if (events.length < items.length)
    return refuse(400, 'expected { "text", "from"?, "id"? }, an event, or a list')
  return { events, response: { status: 200, body: 'ok' } }
}

function toEvent(origin: FakeOrigin, item: unknown): ChannelEvent | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  if ('type' in item) return item as ChannelEvent
  if (!('text' in item) || typeof item.text !== 'string') return undefined
  return customerText(origin, item.text, item as FakeMessageOptions)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function refuse(status: number, body: string): Received {
  return { events: [], response: { status, body } }
}
