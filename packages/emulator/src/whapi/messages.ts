import type { ChatMessage, Tick } from '../chats.js'
import type { JidChat } from '../jid-chats.js'
import { compact, type JsonObject } from '../json.js'
import type { PersonRecord } from '../people.js'
import { senderOf } from './addresses.js'
import type { WhapiChannel } from './channel.js'
import { toWhapi } from './content.js'

/** What the envelope of a message needs, besides its content. */
export interface Stamp {
  readonly id: string
  readonly chat: JidChat
  readonly fromMe: boolean
  /** Who wrote it, when it was not the business. */
  readonly person?: PersonRecord | undefined
  readonly source: 'mobile' | 'api'
  /** Milliseconds; a string goes out as it is. */
  readonly timestamp: number | string
  readonly status?: string
  readonly context?: JsonObject | undefined
}

/** A message as in webhooks, answers and lists (Whapi's OpenAPI description, `Message`). */
export function wireMessage(channel: WhapiChannel, content: JsonObject, stamp: Stamp): JsonObject {
  const { id, chat, fromMe, person, source, timestamp, status, context } = stamp
  return compact({
    id,
    from_me: fromMe,
    type: content.type,
    chat_id: chat.id,
    chat_name: chat.person ? undefined : 'Emulated group',
    timestamp: typeof timestamp === 'number' ? Math.floor(timestamp / 1000) : timestamp,
    source,
    device_id: fromMe ? 0 : undefined,
    ...content,
    status,
    context,
    from: person ? senderOf(person) : channel.phone,
    from_name: person?.name,
  })
}

const STATUS: Readonly<Record<Tick, string>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
}

/** A message of the chat as it stands now. */
export function storedMessage(channel: WhapiChannel, chat: JidChat, message: ChatMessage): JsonObject {
  const fromMe = message.author !== 'person'
  return wireMessage(channel, toWhapi(channel, message.type, message.content), {
    id: message.id,
    chat,
    fromMe,
    person: fromMe ? undefined : channel.world.people.find(message.person ?? ''),
    source: message.author === 'business' ? 'api' : 'mobile',
    timestamp: message.timestamp,
    ...(fromMe && { status: STATUS[message.tick] }),
    context: quoteOf(channel, message.quotedId),
  })
}

/** `context` of a message that quotes another. */
export function quoteOf(channel: WhapiChannel, quotedId: string | undefined): JsonObject | undefined {
  if (quotedId === undefined) return undefined
  const { chats, people } = channel.world
  const quoted = chats.get(quotedId)
  if (!quoted) return { quoted_id: quotedId }
  const author = quoted.author === 'person' ? people.find(quoted.person ?? '') : undefined
  const { type, ...content } = toWhapi(channel, quoted.type, quoted.content)
  return {
    quoted_id: quotedId,
    quoted_author: author ? senderOf(author) : channel.phone,
    quoted_type: type,
    quoted_content: content[String(type)],
  }
}
