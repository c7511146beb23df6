import type { ChatMessage } from '../chats.js'
import { asObjects, asString, compact, isObject, type JsonObject } from '../json.js'
import type { PersonRecord } from '../people.js'
import { vcardOf } from '../vcard.js'
import { ownParticipant, participantOf, stanzaOf, type WahaChat } from './addresses.js'
import { engineData } from './engine-data.js'
import { fileUrl } from './files.js'
import type { WahaSession } from './session.js'

/** What surrounds the content of a message. */
export interface Stamp {
  readonly id: string
  readonly chat: WahaChat
  readonly fromMe: boolean
  /** Who wrote it, when it was not the business. */
  readonly person?: PersonRecord | undefined
  readonly source: 'app' | 'api'
  /** Milliseconds; a string goes out as it is. */
  readonly timestamp: number | string
  readonly ack?: number
  readonly quotedId?: string | undefined
}

const ACK_NAMES: Readonly<Record<number, string>> = {
  [-1]: 'ERROR',
  0: 'PENDING',
  1: 'SERVER',
  2: 'DEVICE',
  3: 'READ',
  4: 'PLAYED',
}

export function ackOf(ack: number): JsonObject {
  return { ack, ackName: ACK_NAMES[ack] ?? 'UNKNOWN' }
}

/** `WAMessage` of WAHA's OpenAPI description: there is no type, what it is follows from what it carries. */
export function wireMessage(
  session: WahaSession,
  type: string,
  content: unknown,
  stamp: Stamp,
  { download = session.downloadMedia } = {},
): JsonObject {
  const object = isObject(content) ? content : {}
  const media = download ? mediaOf(session, object, stamp) : null
  return {
    ...head(session, stamp),
    body: bodyOf(type, object),
    hasMedia: mediaId(object) !== undefined || asString(object.link) !== undefined,
    media,
    ...ackOf(stamp.ack ?? (stamp.fromMe ? 1 : 2)),
    location: type === 'location' ? locationOf(object) : null,
    vCards: type === 'contacts' ? asObjects(content).map(vcardOf) : null,
    replyTo: replyTo(session, stamp.quotedId),
    _data: engineData(session, type, object, stamp),
  }
}

/** Who, when, and in which direction: engines disagree about `from` and `to` of own messages and of groups. */
export function head(session: WahaSession, stamp: Stamp): JsonObject {
  const { id, chat, fromMe, person, source, timestamp } = stamp
  const me = `${session.phone}@c.us`
  const browser = session.engine === 'WEBJS'
  const author = fromMe ? ownParticipant(session) : person && participantOf(session, person)
  return {
    id,
    timestamp: typeof timestamp === 'number' ? Math.floor(timestamp / 1000) : timestamp,
    from: browser && fromMe ? me : chat.id,
    fromMe,
    source,
    to: browser ? (fromMe ? chat.id : me) : toOf(session, stamp),
    participant: chat.person ? null : (author ?? null),
  }
}

function toOf(session: WahaSession, { chat, fromMe }: Stamp): string | null {
  if (chat.person) return null
  if (session.engine === 'NOWEB') return chat.id
  return fromMe ? ownParticipant(session) : null
}

function bodyOf(type: string, object: JsonObject): string | null {
  if (type === 'interactive') {
    const reply = object[asString(object.type) ?? '']
    return isObject(reply) ? (asString(reply.title) ?? null) : null
  }
  return asString(object.body) ?? asString(object.caption) ?? asString(object.text) ?? null
}

function mediaId(object: JsonObject): string | undefined {
  return asString(object.mime_type) === undefined ? undefined : asString(object.id)
}

function mediaOf(session: WahaSession, object: JsonObject, { id }: Stamp): JsonObject | null {
  const file = session.world.media.get(mediaId(object) ?? '')
  if (!file) return null
  const filename = asString(object.filename) ?? null
  return { url: fileUrl(session, stanzaOf(id), file), mimetype: file.mimeType, filename, error: null }
}

function locationOf(object: JsonObject): JsonObject {
  const text = (key: string): string | null => asString(object[key]) ?? null
  const words = [text('name'), text('address')].filter(each => each !== null)
  return {
    latitude: String(object.latitude),
    longitude: String(object.longitude),
    live: false,
    name: text('name'),
    address: text('address'),
    url: text('url'),
    description: words.length > 0 ? words.join('\n') : null,
    thumbnail: null,
  }
}

function replyTo(session: WahaSession, quotedId: string | undefined): JsonObject | null {
  if (quotedId === undefined) return null
  const { chats, people } = session.world
  const quoted = chats.get(session.fullIds.get(stanzaOf(quotedId)) ?? quotedId)
  const author = quoted?.author === 'person' ? people.find(quoted.person ?? '') : undefined
  return {
    id: stanzaOf(quotedId),
    participant: author ? participantOf(session, author) : ownParticipant(session),
    body: quoted?.text ?? null,
    hasMedia: isObject(quoted?.content) && mediaId(quoted.content) !== undefined,
    media: null,
    _data: quoted?.text === undefined ? {} : { conversation: quoted.text },
  }
}

const ACKS = { failed: -1, sent: 1, delivered: 2, read: 3 } as const

/** A message of the chat as it stands now. */
export function storedMessage(
  session: WahaSession,
  chat: WahaChat,
  message: ChatMessage,
  options: { download?: boolean } = {},
): JsonObject {
  const fromMe = message.author !== 'person'
  const stamp = compact({
    id: message.id,
    chat,
    fromMe,
    person: fromMe ? undefined : session.world.people.find(message.person ?? ''),
    source: message.author === 'business' ? ('api' as const) : ('app' as const),
    timestamp: message.timestamp,
    ack: fromMe ? ACKS[message.tick] : 2,
    quotedId: message.quotedId,
  })
  return wireMessage(session, message.type, message.content, stamp, options)
}
