import type { Status } from '../account.js'
import type { WebhookTopic } from '../faults/vocabulary.js'
import { compact, type JsonObject } from '../json.js'
import type { SentMessage } from '../ledger.js'
import { type Delivery, joinDeliveries } from '../webhooks/redeliver.js'
import { findChat, senderOf } from './addresses.js'
import type { WhapiChannel, WhapiHealth } from './channel.js'
import type { WhapiEvent } from './events.js'

const NOTHING: Delivery = { delivered: true, deliveries: [] }

/** Sends events, but for those that the settings do not ask for. */
export async function tell(
  channel: WhapiChannel,
  events: readonly WhapiEvent[],
  topic: WebhookTopic,
): Promise<Delivery> {
  const wanted = events.filter(({ type, method }) => channel.events?.has(`${type}.${method}`) ?? true)
  if (wanted.length === 0) return NOTHING
  return joinDeliveries(await Promise.all(wanted.map(event => channel.webhooks.publish(event, topic))))
}

export function messagePosted(message: JsonObject): WhapiEvent {
  return { type: 'messages', method: 'post', name: 'messages', content: [message] }
}

// Of the numbers only those of delivered and read are known from examples; clients go by `status`.
const CODES: Readonly<Record<Status, number>> = { failed: 0, sent: 2, delivered: 3, read: 4 }

/** Moves the ticks and reports a status of each message; undefined when nobody listens. */
export async function reportStatus(
  channel: WhapiChannel,
  messages: readonly SentMessage[],
  status: Status,
  code = 404,
): Promise<Delivery | undefined> {
  const { world } = channel
  for (const message of messages) world.chats.tick(message.wamid, status)
  if (channel.webhook === undefined) return undefined
  const content = messages.flatMap(sent => statusesOf(channel, sent, status, code))
  return tell(channel, [{ type: 'statuses', method: 'post', name: 'statuses', content }], 'statuses')
}

function statusesOf(
  channel: WhapiChannel,
  sent: SentMessage,
  status: Status,
  code: number,
): readonly JsonObject[] {
  const { world } = channel
  const chat = findChat(channel, sent.to)
  const failed = { code, message: 'specified contact not found', details: 'not a WhatsApp user' }
  const base = compact({
    id: sent.wamid,
    code: CODES[status],
    status,
    recipient_id: chat.id,
    timestamp: String(Math.floor(world.now() / 1000)),
    errors: status === 'failed' ? [failed] : undefined,
  })
  if (chat.person || status === 'sent' || status === 'failed') return [base]
  return world.chats.members(chat.key).flatMap(key => {
    const person = world.people.find(key)
    return person ? [{ ...base, viewer_id: senderOf(person) }] : []
  })
}

/** What `GET /health` and the webhook about it say. */
export function healthOf(channel: WhapiChannel): JsonObject {
  const codes: readonly WhapiHealth[] = ['NOT_INIT', 'INIT', 'LAUNCH', 'QR', 'AUTH', 'ERROR', 'SYNC_ERROR']
  const { health, phone, startedAt, world, id } = channel
  return compact({
    channel_id: id,
    start_at: Math.floor(startedAt / 1000),
    uptime: Math.floor((world.now() - startedAt) / 1000),
    version: '1.8.7',
    status: { code: codes.indexOf(health), text: health },
    user: health === 'AUTH' ? userOf(phone) : undefined,
  })
}

function userOf(phone: string): JsonObject {
  return { id: phone, name: 'Emulated business' }
}

/** The channel is connected, or lost its phone: `health`, and `user` when somebody came or went. */
export async function changeHealth(
  channel: WhapiChannel,
  health: WhapiHealth,
): Promise<Delivery | undefined> {
  const before = channel.health
  channel.health = health
  if (channel.webhook === undefined) return undefined
  const events: WhapiEvent[] = [
    { type: 'channel', method: 'post', name: 'health', content: healthOf(channel) },
  ]
  const user = { type: 'users', name: 'user', content: userOf(channel.phone) } as const
  if (before === 'AUTH' && health !== 'AUTH') events.push({ ...user, method: 'delete' })
  if (before !== 'AUTH' && health === 'AUTH') events.push({ ...user, method: 'post' })
  return tell(channel, events, 'other')
}
