import type {
  ContactsContent,
  Content,
  LocationContent,
  SharedContact,
  UnsupportedContent,
} from '@switchboard/core'
import { asFields, asList, asText, asWords, type Fields } from '../../../values.js'
import { readVcard } from '../../../vcard.js'
import { readLocation } from '../../../webhook/location.js'
import { kindOf, partOf, protoOf } from './engine-data.js'
import { readPoll, readTap } from './interactive.js'
import { readMedia } from './media.js'

/** WEBJS and WPP: what WhatsApp itself writes into a chat. Nobody said it, so nobody may answer it. */
const systemKinds = new Set([
  'e2e_notification',
  'notification',
  'notification_template',
  'group_notification',
  'broadcast_notification',
  'gp2',
  'protocol',
  'call_log',
])

/**
 * What a message says. WAHA gives no type: a location, cards or a file tell by being there, the rest by what the engine
 * keeps in `_data`. What has no words and no known kind is `unsupported`.
 */
export function readContent(payload: Fields): Content {
  const content =
    readPlace(asFields(payload.location)) ??
    readCards(payload.vCards) ??
    readTap(payload) ??
    readMedia(payload) ??
    readPoll(payload)
  if (content) return content
  const kind = kindOf(payload)
  if (kind !== undefined && systemKinds.has(kind)) {
    return { type: 'system', text: asWords(payload.body) ?? '', event: kind }
  }
  const text = asWords(payload.body) ?? wordsOf(payload)
  return text === undefined ? unsupported(kind) : { type: 'text', text }
}

function unsupported(kind: string | undefined): UnsupportedContent {
  return kind === undefined ? { type: 'unsupported' } : { type: 'unsupported', kind }
}

function wordsOf(payload: Fields): string | undefined {
  const proto = protoOf(payload)
  return asWords(proto?.conversation) ?? asWords(partOf(proto, /^extendedTextMessage$/)?.text)
}

/** Cards that say neither name nor number nor address stay in `raw` only. */
function readCards(value: unknown): ContactsContent | undefined {
  const contacts: SharedContact[] = []
  for (const item of asList(value) ?? []) {
    const card = readVcard(asText(item) ?? '')
    if (card.name !== undefined || card.phones.length > 0 || card.emails) contacts.push(card)
  }
  return contacts.length > 0 ? { type: 'contacts', contacts } : undefined
}

/** Coordinates are texts in the OpenAPI file, numbers in some engines. */
function readPlace(location: Fields | undefined): LocationContent | undefined {
  return readLocation(location, asWords(location?.name) ?? location?.description)
}
