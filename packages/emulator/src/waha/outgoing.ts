import type { Status } from '../account.js'
import type { WebhookTopic } from '../faults/vocabulary.js'
import type { JsonObject } from '../json.js'
import type { SentMessage } from '../ledger.js'
import { type Delivery, joinDeliveries } from '../webhooks/redeliver.js'
import { findChat, ownParticipant, participantOf, stanzaOf } from './addresses.js'
import { ackOf, head } from './messages.js'
import type { WahaEvent, WahaSession, WahaStatus } from './session.js'

const NOTHING: Delivery = { delivered: true, deliveries: [] }

/** Sends events, but for those that the session does not subscribe to. */
export async function tell(
  session: WahaSession,
  events: readonly WahaEvent[],
  topic: WebhookTopic,
): Promise<Delivery> {
  const wanted = events.filter(({ event }) => session.events.has(event) || session.events.has('*'))
  if (wanted.length === 0) return NOTHING
  return joinDeliveries(await Promise.all(wanted.map(event => session.webhooks.publish(event, topic))))
}

const ACKS: Readonly<Record<Status, number>> = { failed: -1, sent: 1, delivered: 2, read: 3 }

/** Moves the ticks and reports an ack of each message; undefined when nobody listens. */
export async function reportStatus(
  session: WahaSession,
  messages: readonly SentMessage[],
  status: Status,
): Promise<Delivery | undefined> {
  for (const message of messages) session.world.chats.tick(message.wamid, status)
  if (session.webhook === undefined) return undefined
  const events = messages.flatMap(sent => acksOf(session, sent, status))
  return tell(session, events, 'statuses')
}

/** In a group everybody acknowledges by themselves, under an id that ends with who it was. */
function acksOf(session: WahaSession, sent: SentMessage, status: Status): readonly WahaEvent[] {
  const { world } = session
  const chat = findChat(session, sent.to)
  const base = { id: sent.wamid, chat, fromMe: true, source: 'api', timestamp: world.now() } as const
  const { from, to } = head(session, base)
  const ack = { ...ackOf(ACKS[status]), _data: {} }
  if (chat.person)
    return [
      {
        event: 'message.ack',
        payload: { id: sent.wamid, from, to, participant: null, fromMe: true, ...ack },
      },
    ]
  const readers = world.chats.members(chat.key).flatMap(key => world.people.find(key) ?? [])
  const participants =
    status === 'sent' || status === 'failed'
      ? [ownParticipant(session)]
      : readers.map(person => participantOf(session, person))
  return participants.map(participant => {
    const id = `true_${chat.id}_${stanzaOf(sent.wamid)}_${participant}`
    return { event: 'message.ack.group', payload: { id, from, to, participant, fromMe: true, ...ack } }
  })
}

/** What `GET /api/sessions/{session}` says. */
export function changeStatus(session: WahaSession, status: WahaStatus): Promise<Delivery> | undefined {
  const { world, name } = session
  const before = { status: session.status, timestamp: world.now() }
  session.status = status
  if (session.webhook === undefined) return undefined
  const statuses = [before, { status, timestamp: world.now() }]
  const payload: JsonObject = { name, status, statuses, data: null }
  return tell(session, [{ event: 'session.status', payload }], 'other')
}
