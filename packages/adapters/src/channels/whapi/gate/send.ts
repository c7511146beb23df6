import type { OutboundContacts, OutboundContent, OutboundMedia, OutboundMessage } from '@switchboard/core'
import type { ApiRequest } from '../../../http/index.js'
import { refused } from '../../../http/index.js'
import { writeVcard } from '../../../vcard.js'
import { recipientOf, segment } from './address.js'
import { interactiveBody } from './interactive.js'

/** How Whapi is asked to send a message. */
export interface SendRequest extends Pick<ApiRequest, 'method' | 'path' | 'body' | 'safe'> {
  /** Seconds that Whapi lets pass before it answers. */
  readonly pause?: number
}

/**
 * The request that sends a message (Whapi's OpenAPI file, `Sender…`).
 *
 * @throws {ChannelError} `channel_refused` for what Whapi cannot send
 */
export function sendRequest(message: OutboundMessage, typingTime: number | undefined): SendRequest {
  const { content, to, quotedId } = message
  if (content.type === 'reaction') {
    const path = `/messages/${segment(content.targetId)}/reaction`
    const { emoji } = content
    // Done twice it is done once.
    return emoji === undefined
      ? { method: 'DELETE', path, safe: true }
      : { method: 'PUT', path, body: { emoji }, safe: true }
  }
  const [path, body] = bodyOf(content, typingTime)
  const pauses = typingTime !== undefined && (content.type === 'text' || content.type === 'voice')
  return {
    method: 'POST',
    path: `/messages/${path}`,
    body: { to: recipientOf(to), ...body, ...(quotedId !== undefined && { quoted: quotedId }) },
    ...(pauses && { pause: typingTime }),
  }
}

type Sendable = Exclude<OutboundContent, { type: 'reaction' }>

/** The last segment of the path, and what the body has besides recipient and quote. Each kind of content has its case here. */
function bodyOf(content: Sendable, typingTime: number | undefined): [path: string, body: object] {
  switch (content.type) {
    case 'text':
      return [
        'text',
        {
          body: content.text,
          ...(typingTime !== undefined && { typing_time: typingTime }),
          // Whapi shows a preview unless told otherwise.
          ...(content.linkPreview !== true && { no_link_preview: true }),
        },
      ]
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return [content.type, mediaBody(content, typingTime)]
    case 'location': {
      const { latitude, longitude, name, address } = content
      return ['location', { latitude, longitude, name, address }]
    }
    case 'contacts':
      return contactsBody(content)
    case 'poll': {
      const { question, options, choices = 1 } = content
      // One, or as many as there are: Whapi knows nothing between.
      return ['poll', { title: question, options, count: choices === 1 ? 1 : 0 }]
    }
    case 'buttons':
    case 'list':
    case 'link':
      return ['interactive', interactiveBody(content)]
    default: {
      const kind = String((content as { type: unknown }).type)
      throw refused(`Whapi cannot send ${kind}: only Meta's Cloud API can. Send a text instead.`, 'message')
    }
  }
}

/** A file is named by its id or address, or comes along as a `data:` URL: `media` takes all three. */
function mediaBody({ type, media, caption }: OutboundMedia, typingTime: number | undefined): object {
  const file = media.id ?? media.url
  if (file === undefined) throw refused('The file has neither an id nor a url.', 'message')
  const silent = type === 'audio' || type === 'voice' || type === 'sticker'
  if (silent && caption !== undefined) {
    throw refused(`WhatsApp has no caption below ${type}: send its words as a text.`, 'message')
  }
  return {
    media: file,
    filename: type === 'document' ? media.filename : undefined,
    caption,
    mime_type: media.mimeType,
    recording_time: type === 'voice' ? typingTime : undefined,
  }
}

function contactsBody({ contacts }: OutboundContacts): [path: string, body: object] {
  const cards = contacts.map(contact => {
    const name = contact.name ?? contact.organisation ?? contact.phones[0] ?? contact.emails?.[0]
    if (name === undefined) throw refused('A contact has neither a name nor a phone.', 'message')
    return { name, vcard: writeVcard({ ...contact, name }) }
  })
  const [first] = cards
  if (first === undefined) throw refused('There is no contact to send.', 'message')
  return cards.length === 1 ? ['contact', first] : ['contact_list', { list: cards }]
}
