import { asString, compact, type JsonObject } from '../../json.js'
import type { PersonRecord } from '../../people.js'
import { type EchoDetails, echoedMessage, type Said, said } from '../../saying.js'
import type { Delivery } from '../../webhooks/redeliver.js'
import type { World } from '../../world.js'
import { numberFor } from './incoming.js'
import { observeValue } from './observe.js'
import { contactOf, messagesChange, wireTime } from './values.js'

/** Sends a `smb_message_echoes` webhook (Meta, "Coexistence": the Business app and the API on one number). */
export async function echo(world: World, details: EchoDetails): Promise<Said> {
  const person = world.people.get(details.to)
  const number = numberFor(world, details.via)
  const id = details.id ?? world.ids.message(person.phone ?? person.userId ?? '')
  const content = echoedMessage(details)
  const wire = compact({
    from: number.displayPhoneNumber,
    to: person.phone,
    to_user_id: person.userId,
    to_parent_user_id: person.parentUserId,
    id,
    timestamp: wireTime(details.timestamp?.getTime() ?? world.now()),
    context: details.quote === undefined ? undefined : { id: details.quote },
    ...content,
  })
  const members = { contacts: [contactOf(person)], message_echoes: [wire] }
  const change = messagesChange(number, members, 'smb_message_echoes')
  world.meta.requireTarget()
  observeValue(world, change.value)
  return said(id, world.meta.publish(change, 'echoes'), details.wait)
}

export interface HistoryDetails {
  /** Whose chat: name, key, phone or BSUID. */
  readonly with: string
  readonly messages: readonly HistoryMessage[]
  /** 0: day 0 to 1 (default), 1: day 1 to 90, 2: day 90 to 180. */
  readonly phase?: 0 | 1 | 2
  /** Default 1. */
  readonly chunkOrder?: number
  /** 0 to 100, default 100. */
  readonly progress?: number
  /** Files that come after their placeholders, under the same ids: Meta sends them without a thread. Default false. */
  readonly followUp?: boolean
  readonly via?: string
}

export interface HistoryMessage {
  readonly from: 'person' | 'business'
  readonly text?: string
  /** Instead of a text, any message in Meta's shape, such as `{ type: 'media_placeholder' }`. */
  readonly message?: JsonObject & { type: string }
  readonly timestamp: Date
  readonly id?: string
  /** Default READ. */
  readonly status?: 'DELIVERED' | 'ERROR' | 'PENDING' | 'PLAYED' | 'READ' | 'SENT'
}

/** Sends a `history` webhook with one thread, or with files that follow; resolves with the ids of its messages. */
export async function history(
  world: World,
  details: HistoryDetails,
): Promise<Delivery & { ids: readonly string[] }> {
  const person = world.people.get(details.with)
  const number = numberFor(world, details.via)
  const messages = details.messages.map(message =>
    historyMessage(world, person, number.displayPhoneNumber, message),
  )
  const members = details.followUp
    ? followUp(messages, number.displayPhoneNumber)
    : { history: [chunkOf(details, person, messages)] }
  const delivery = await world.meta.publish(messagesChange(number, members, 'history'), 'history')
  return { ids: messages.map(message => asString(message.id) ?? ''), ...delivery }
}

function chunkOf(details: HistoryDetails, person: PersonRecord, messages: readonly JsonObject[]): JsonObject {
  const { phase = 0, chunkOrder = 1, progress = 100 } = details
  const thread = compact({
    id: person.phone,
    context: compact({ wa_id: person.phone, user_id: person.userId, username: person.username }),
    messages,
  })
  return { metadata: { phase, chunk_order: chunkOrder, progress }, threads: [thread] }
}

/** What the person sent is in `messages`, what the business sent in `message_echoes` (Meta, "Coexistence"). */
function followUp(messages: readonly JsonObject[], business: string): JsonObject {
  const bare = messages.map(({ history_context: _, ...message }) => message)
  const own = bare.filter(({ from }) => from === business)
  const theirs = bare.filter(({ from }) => from !== business)
  return { ...(theirs.length > 0 && { messages: theirs }), ...(own.length > 0 && { message_echoes: own }) }
}

/** The business refused to share its history: error 2593109 in a `history` webhook. */
export function declineHistory(world: World, via?: string): Promise<Delivery> {
  const message = 'History sharing is turned off by the business from the WhatsApp Business App'
  const error = { code: 2593109, title: message, message, error_data: { details: message } }
  return world.meta.publish(
    messagesChange(numberFor(world, via), { history: [{ errors: [error] }] }, 'history'),
    'history',
  )
}

function historyMessage(
  world: World,
  person: PersonRecord,
  business: string,
  message: HistoryMessage,
): JsonObject {
  const content = message.message ?? { type: 'text', text: { body: message.text ?? '' } }
  const toPerson = { from: business, to: person.phone, to_user_id: person.userId }
  const fromPerson = { from: person.phone, from_user_id: person.userId }
  return compact({
    ...(message.from === 'business' ? toPerson : fromPerson),
    id: message.id ?? world.ids.message(person.phone ?? person.userId ?? ''),
    timestamp: wireTime(message.timestamp.getTime()),
    ...content,
    history_context: { status: message.status ?? 'READ' },
  })
}
