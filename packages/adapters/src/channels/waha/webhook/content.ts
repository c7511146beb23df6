import type { Content, LocationContent, UnsupportedContent } from '@switchboard/core'
import { asFields, asNumber, asWords, type Draft, type Fields } from '../../../values.js'
import { kindOf, partOf, protoOf } from './engine-data.js'
import { readPoll, readTap } from './interactive.js'
import { readMedia } from './media.js'
import { readCards } from './vcard.js'

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
    readLocation(asFields(payload.location)) ??
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

/** Coordinates are texts in the OpenAPI file, numbers in some engines. */
function readLocation(location: Fields | undefined): LocationContent | undefined {
  const latitude = asNumber(location?.latitude)
  const longitude = asNumber(location?.longitude)
  if (latitude === undefined || longitude === undefined) return undefined
  const content: Draft<LocationContent> = { type: 'location', latitude, longitude }
  const name = asWords(location?.name) ?? asWords(location?.description)
  if (name !== undefined) content.name = name
  const address = asWords(location?.address)
  if (address !== undefined) content.address = address
  const url = asWords(location?.url)
  if (url !== undefined) content.url = url
  return content
}
