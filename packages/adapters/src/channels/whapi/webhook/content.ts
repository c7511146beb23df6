import type {
  ButtonContent,
  ContactsContent,
  Content,
  MediaContent,
  OrderContent,
  PollContent,
  SharedContact,
  TextContent,
} from '@switchboard/core'
import { asFields, asList, asText, asWords, type Fields } from '../../../values.js'
import { readVcard } from '../../../vcard.js'
import { readLocation } from '../../../webhook/location.js'
import { readMedia } from '../../../webhook/media.js'

/**
 * What a message says: the object under the name of its `type`. A type that is unknown, or whose object is missing or broken,
 * becomes `unsupported`.
 */
export function readContent(message: Fields): Content {
  const type = asWords(message.type)
  const content = type === undefined ? undefined : contentOfType(type, asFields(message[type]), message)
  return content ?? unsupported(type, message)
}

function unsupported(type: string | undefined, { subtype }: Fields): Content {
  const kind = type === 'unknown' ? (asWords(subtype) ?? type) : type
  return kind === undefined ? { type: 'unsupported' } : { type: 'unsupported', kind }
}

function contentOfType(type: string, fields: Fields | undefined, message: Fields): Content | undefined {
  switch (type) {
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return readFile(type, fields)
    case 'gif':
    case 'short': // a round video note
      return readFile('video', fields)
    case 'documentWithCaption':
      return readFile('document', fields ?? asFields(message.document))
    case 'location':
      return readLocation(fields)
    case 'live_location':
      // The words under it have no other place.
      return readLocation(fields, fields?.caption)
    case 'contact':
      return readContacts([fields])
    case 'contact_list':
      return readContacts(asList(fields?.list))
    case 'poll':
      return readPoll(fields)
    case 'order':
      return readOrder(fields)
    case 'reply':
      return readReply(fields)
    case 'system':
      // Always `system`, however broken: nobody said it, so nobody may answer it.
      return system(asText(fields?.body) ?? '', asWords(message.subtype))
    case 'call':
      return system(['Call', asWords(fields?.status)].filter(Boolean).join(': '), type)
    case 'pin':
      return system('Pinned a message', type)
    default:
      return readWords(type, fields)
  }
}

/**
 * Messages that are words with something around them. A text with a link comes as `link_preview`; invitations and the
 * interactive messages of other businesses are their words.
 */
function readWords(type: string, fields: Fields | undefined): TextContent | undefined {
  switch (type) {
    case 'text':
    case 'link_preview': {
      const text = asText(fields?.body)
      return text === undefined ? undefined : { type: 'text', text }
    }
    case 'group_invite':
    case 'newsletter_invite':
    case 'admin_invite':
    case 'catalog':
    case 'hsm':
    case 'list':
      return textOf(fields?.body)
    case 'interactive':
    case 'carousel':
      return textOf(asFields(fields?.body)?.text)
    case 'buttons':
      return textOf(fields?.text)
    default:
      return undefined
  }
}

function textOf(value: unknown): TextContent | undefined {
  const text = asWords(value)
  return text === undefined ? undefined : { type: 'text', text }
}

function system(text: string, event: string | undefined): Content {
  return event === undefined ? { type: 'system', text } : { type: 'system', text, event }
}

/**
 * A file. `link` is there only when the channel downloads files of this type by itself (`media.auto_download`); with the
 * `id` it can always be asked for.
 *
 * @returns `undefined` when there is nothing to fetch and nothing to read
 */
function readFile(type: MediaContent['type'], fields: Fields | undefined): MediaContent | undefined {
  const filename = asWords(fields?.file_name) ?? fields?.filename
  return fields && readMedia(type, fields, { url: fields.link, filename })
}

function readContacts(cards: readonly unknown[] | undefined): ContactsContent | undefined {
  const contacts = (cards ?? []).map(readCard).filter(card => card !== undefined)
  return contacts.length === 0 ? undefined : { type: 'contacts', contacts }
}

function readCard(item: unknown): SharedContact | undefined {
  const card = asFields(item)
  if (!card) return undefined
  const contact = readVcard(asText(card.vcard) ?? '')
  const name = asWords(card.name) ?? contact.name
  if (name === undefined && contact.phones.length === 0) return undefined
  return name === undefined ? contact : { ...contact, name }
}

function readPoll(fields: Fields | undefined): PollContent | undefined {
  const question = asText(fields?.title)
  const options = asList(fields?.options)
  if (question === undefined || !options) return undefined
  return { type: 'poll', question, options: options.filter(option => typeof option === 'string') }
}

/** Webhooks say how many products there are, not which: those are behind `GET /business/orders/{id}`. */
function readOrder(fields: Fields | undefined): OrderContent | undefined {
  if (!fields) return undefined
  const text = asWords(fields.text) ?? asWords(fields.title)
  return text === undefined ? { type: 'order', items: [] } : { type: 'order', text, items: [] }
}

/** A tap on a button or a row. What we gave as id comes back as `ButtonsV3:id`. */
function readReply(fields: Fields | undefined): ButtonContent | undefined {
  const reply = asFields(fields?.buttons_reply) ?? asFields(fields?.list_reply)
  const payload = asWords(asWords(reply?.id)?.replace(/^[A-Za-z]+V3:/, ''))
  const text = asWords(reply?.title) ?? payload
  if (text === undefined) return undefined
  return payload === undefined ? { type: 'button', text } : { type: 'button', text, payload }
}
