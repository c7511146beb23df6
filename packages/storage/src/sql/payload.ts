import {
  type AddressedEvent,
  type Content,
  cleanText,
  contentText,
  type IdentityChange,
  type IngestEvent,
  isSaid,
  isWindowRefusal,
  type OutboundContent,
  type Person,
  type StatusEvent,
  type StoredEvent,
} from '@switchboard/core'
import { clean } from '../memory/clean.js'
import { toJson } from './encode.js'

/** An event that becomes a line of a conversation: the type `line` of the database. */
type LinePayload = Readonly<Record<string, unknown>>

export interface IngestPayload {
  readonly lines: readonly LinePayload[]
  readonly receipts: readonly Readonly<Record<string, unknown>>[]
  readonly changes: readonly Readonly<Record<string, unknown>>[]
}

/** What `ingest` of the database takes. */
export function toIngestPayload(events: readonly IngestEvent[], keepRaw: boolean): IngestPayload {
  const lines: LinePayload[] = []
  const receipts: Readonly<Record<string, unknown>>[] = []
  const changes: Readonly<Record<string, unknown>>[] = []
  const known = new Set<string>()
  for (const [number, event] of events.entries()) {
    if (event.type === 'status') receipts.push(toReceipt(event, number))
    else if (event.type === 'identity') changes.push(toChange(event, number))
    else {
      const key = `${event.channel}\u0000${event.account}\u0000${cleanText(event.providerId)}`
      if (!known.has(key)) lines.push(toLine(event, number, keepRaw))
      known.add(key)
    }
  }
  return { lines, receipts, changes }
}

function toLine(event: AddressedEvent, number: number, keepRaw: boolean): LinePayload {
  const said = isSaid(event)
  const group = event.chat.kind === 'group'
  const person: Person | undefined = event.chat.kind === 'group' ? event.sender : event.chat.person
  return {
    number,
    channel: event.channel,
    account: event.account,
    provider_id: event.providerId,
    group_id: event.chat.kind === 'group' ? event.chat.id : undefined,
    ...identitiesOf(person),
    name: person?.name,
    author: event.author,
    ...wordsOf(event),
    says: said === 'if-quoted' ? null : said,
    history: event.history === true,
    sender_name: group ? event.sender?.name : undefined,
    sent_at: event.sentAt,
    raw: keepRaw && event.raw !== undefined ? toJson(event.raw) : undefined,
  }
}

function identitiesOf(person: Person | undefined): LinePayload {
  const identities = person?.identities ?? []
  return {
    identity_kinds: identities.map(identity => identity.kind),
    identity_values: identities.map(identity => identity.value),
  }
}

function wordsOf(event: StoredEvent): LinePayload {
  switch (event.type) {
    case 'message':
      return { ...contentColumns(event.content), quoted_id: event.quotedId }
    case 'reaction':
      return { type: 'reaction', text: event.emoji, quoted_id: event.targetId }
    case 'edit':
      return { ...contentColumns(event.content), type: 'edit', quoted_id: event.targetId }
    case 'revoke':
      return { type: 'revoke', quoted_id: event.targetId }
  }
}

/** A content as the columns of a message. A plain text needs no more than its text. */
export function contentColumns(content: Content | OutboundContent): LinePayload {
  if (content.type === 'text' && Object.keys(content).length === 2)
    return { type: 'text', text: content.text }
  // Cleaned before it becomes words: the text of a form is JSON, where a NUL hides behind an escape.
  const cleaned = clean(content)
  return { type: content.type, text: contentText(cleaned), content: cleaned }
}

function toReceipt(event: StatusEvent, number: number): Readonly<Record<string, unknown>> {
  const failed = event.status === 'failed'
  const { code, message } = event.error ?? { code: 'unknown', message: 'the provider gave no reason' }
  return {
    number,
    channel: event.channel,
    account: event.account,
    provider_id: event.providerId,
    outbound_id: event.outboundId,
    status: isWindowRefusal(event) ? 'refused' : event.status,
    at: event.at,
    error: failed ? `${code}: ${message}` : undefined,
  }
}

function toChange(event: IdentityChange, number: number): Readonly<Record<string, unknown>> {
  const identities = [event.previous, ...event.current]
  return {
    number,
    channel: event.channel,
    account: event.account,
    kinds: identities.map(identity => identity.kind),
    addresses: identities.map(identity => identity.value),
    at: event.at,
  }
}
