import type { ChannelEvent, Content, Identity, Person } from '@switchboard/core'
import {
  asFields,
  asFlag,
  asId,
  asNumber,
  asWords,
  type Draft,
  type Fields,
  nestsDeeperThan,
} from '../../values.js'
import { type Jid, readJid } from '../../webhook/jid.js'
import { readPhone } from '../../webhook/phone.js'
import { deepestRaw } from '../../webhook/raw.js'
import { keyOfChat } from './addresses.js'
import { messageFields } from './profiles/fields.js'
import type { McpMessageFields } from './profiles/profile.js'
import { find } from './results/paths.js'
import { shortHash } from './sent.js'
import { readServerTime } from './time.js'

export interface MessageContext {
  readonly channel: string
  readonly account: string
  readonly chat: Exclude<Jid, { kind: 'other' }>
  readonly chatName: string | undefined
  readonly fields: Partial<McpMessageFields> | undefined
  readonly timeZone: string
  readonly now: number
}

/** A message of a chat, before it is decided whose it is and whether it is old. */
export interface ListedMessage {
  readonly id: string
  /** `unsaid`: the server does not tell; counts as a customer's unless the words are ours. */
  readonly whose: 'ours' | 'theirs' | 'unsaid'
  /** Epoch milliseconds. */
  readonly time: number | undefined
  /** What it says in words. */
  readonly text: string | undefined
  toEvent(kind: { readonly history: boolean }): ChannelEvent
}

/**
 * One record of the server's list. A record without an id gets one that is made of chat, sender, time and text: the same
 * record always has the same id, and the same words by the same person in the same second count as one message.
 *
 * @returns `undefined` for what is no object
 */
export function readMessage(record: unknown, context: MessageContext): ListedMessage | undefined {
  const raw = asFields(record)
  if (!raw) return undefined
  const fields = { ...messageFields, ...context.fields }
  const time = find(raw, fields.time, value => readServerTime(value, context.timeZone, context.now))
  const text = find(raw, fields.text, asWords)
  const sender = senderOf(raw, fields)
  const fromMe = find(raw, fields.fromMe, asFlag) ?? bySender(sender, context.chat)
  const id =
    find(raw, fields.id, asId) ??
    `mcp.${shortHash(keyOfChat(context.chat), fromMe, sender.name, sender.identities, time, text ?? raw)}`
  return {
    id,
    whose: fromMe === undefined ? 'unsaid' : fromMe ? 'ours' : 'theirs',
    time,
    text,
    toEvent: ({ history }) =>
      toEvent({ raw, fields, context, id, fromMe: fromMe === true, time, text, sender, history }),
  }
}

/** Where the server does not say whose a message is: in a direct chat, a phone that is not the chat's is ours. */
function bySender({ identities }: Person, chat: MessageContext['chat']): boolean | undefined {
  if (chat.kind === 'group') return undefined
  if (identities.some(({ value }) => value === chat.identity.value)) return false
  const hasPhone = identities.some(({ kind }) => kind === 'phone')
  return hasPhone && chat.identity.kind === 'phone' ? true : undefined
}

function senderOf(raw: Fields, fields: McpMessageFields): Person {
  const jid = find(raw, fields.sender, value => {
    const read = readJid(value)
    return read?.kind === 'person' ? read.identity : undefined
  })
  const phone = find(raw, fields.senderPhone, readPhone)
  const name = find(raw, fields.senderName, asWords)
  const known: Identity[] = jid ? [jid] : []
  if (phone !== undefined && jid?.value !== phone) known.push({ kind: 'phone', value: phone })
  return { identities: known, ...(name !== undefined && { name }) }
}

interface Parts {
  readonly raw: Fields
  readonly fields: McpMessageFields
  readonly context: MessageContext
  readonly id: string
  readonly fromMe: boolean
  readonly time: number | undefined
  readonly text: string | undefined
  readonly sender: Person
  readonly history: boolean
}

function toEvent(parts: Parts): ChannelEvent {
  const { raw, fields, context, id, fromMe, time, sender, history } = parts
  const { channel, account, chat, chatName } = context
  const shared = {
    channel,
    account,
    providerId: id,
    chat:
      chat.kind === 'group'
        ? ({ kind: 'group', id: chat.id } as const)
        : ({ kind: 'direct', person: personOf(chat.identity, sender, fromMe, chatName) } as const),
    author: fromMe ? ('operator' as const) : ('customer' as const),
    ...(chat.kind === 'group' && !fromMe && sender.identities.length > 0 && { sender }),
    ...(time !== undefined && { sentAt: time }),
    ...(history && { history }),
    ...(!nestsDeeperThan(raw, deepestRaw) && { raw }),
  }
  const reactionTo = find(raw, fields.reactionTo, asId)
  if (reactionTo !== undefined) {
    const emoji = find(raw, fields.reaction, asWords) ?? asWords(parts.text)
    return { type: 'reaction', ...shared, targetId: reactionTo, ...(emoji !== undefined && { emoji }) }
  }
  const quotedId = find(raw, fields.quotedId, asId)
  const content = contentOf(parts)
  return { type: 'message', ...shared, content, ...(quotedId !== undefined && { quotedId }) }
}

/** The chat's person: how the server lists the chat comes first, since that is where an answer goes. */
function personOf(identity: Identity, sender: Person, fromMe: boolean, chatName: string | undefined): Person {
  const others = fromMe ? [] : sender.identities.filter(({ value }) => value !== identity.value)
  const name = fromMe ? chatName : (sender.name ?? chatName)
  return { identities: [identity, ...others], ...(name !== undefined && { name }) }
}

const kinds: Readonly<Record<string, 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'>> = {
  image: 'image',
  video: 'video',
  gif: 'video',
  short: 'video',
  audio: 'audio',
  ptt: 'voice',
  voice: 'voice',
  document: 'document',
  sticker: 'sticker',
}

function contentOf({ raw, fields, id, text }: Parts): Content {
  const type = find(raw, fields.type, asWords)
    ?.replace(/Message$/, '')
    .toLowerCase()
  const mimeType = find(raw, fields.mimeType, asWords)
  const kind = type === undefined ? undefined : kinds[type]
  const unnamed = raw.hasMedia === true || raw.has_media === true
  const file = kind ?? (unnamed ? (kinds[mimeType?.split('/')[0] ?? ''] ?? 'document') : undefined)
  const words = text
  if (file) {
    const media: Draft<{ id?: string; url?: string; mimeType?: string; filename?: string }> = { id }
    const url = find(raw, fields.mediaUrl, asWords)
    const filename = find(raw, fields.filename, asWords)
    if (url !== undefined) media.url = url
    if (mimeType !== undefined) media.mimeType = mimeType
    if (filename !== undefined) media.filename = filename
    const caption = words ?? asWords(raw.caption)
    return { type: file, media, ...(caption !== undefined && { caption }) }
  }
  const place = asFields(raw.location) ?? raw
  const [latitude, longitude] = [asNumber(place.latitude), asNumber(place.longitude)]
  if (latitude !== undefined && longitude !== undefined) return { type: 'location', latitude, longitude }
  if (words !== undefined) return { type: 'text', text: words }
  return { type: 'unsupported', ...(type !== undefined && { kind: type }) }
}
