import type {
  OutboundButtons,
  OutboundContent,
  OutboundHeader,
  OutboundList,
  OutboundMedia,
} from '@switchboard/core'
import type { ApiRequest } from '../../../http/index.js'
import { refused } from '../../../http/index.js'
import { contactPart } from './contacts.js'
import { filePart } from './file.js'

/** Where a content goes, and what is special about it. */
export interface Sending extends Pick<ApiRequest, 'method' | 'path' | 'safe'> {
  readonly body: object
  /** The endpoint takes an id of ours (WAHA's OpenAPI file). */
  readonly takesId?: boolean
  /** The endpoint's answer is not documented, or holds no message: success without an id. */
  readonly mayLackId?: boolean
}

/** The request of a content, without chat and quote. Each kind has its case here. */
export function sendingOf(content: Exclude<OutboundContent, { type: 'reaction' }>): Sending {
  switch (content.type) {
    case 'text':
      return { ...post('sendText', { text: content.text }), takesId: true }
    case 'location': {
      const { latitude, longitude, name, address } = content
      return { ...post('sendLocation', { latitude, longitude, title: name ?? address ?? '' }), takesId: true }
    }
    case 'contacts': {
      const body = { contacts: content.contacts.map(contactPart) }
      return { ...post('sendContactVcard', body), takesId: true, mayLackId: true }
    }
    case 'poll': {
      const { question, options, choices = 1 } = content
      const poll = { name: question, options, multipleAnswers: choices > 1 }
      return { ...post('sendPoll', { poll }), takesId: true, mayLackId: true }
    }
    case 'buttons':
      return { ...post('sendButtons', buttonsPart(content)), mayLackId: true }
    case 'list':
      return { ...post('sendList', { message: listPart(content) }), mayLackId: true }
    case 'image':
    case 'video':
    case 'voice':
    case 'audio':
    case 'document':
    case 'sticker':
      return mediaSending(content)
    default:
      throw refused(`WAHA cannot send ${content.type}: send text, a file, a poll or a list.`, 'message')
  }
}

/** Videos and voice notes are converted to what WhatsApp plays. Other sounds go as files: WAHA has no way to send them. */
function mediaSending(content: OutboundMedia): Sending {
  const { type, caption } = content
  if (type === 'sticker') throw refused('WAHA cannot send stickers: send an image.', 'message')
  const file = { file: filePart(content) }
  const captioned = { ...file, ...(caption !== undefined && { caption }) }
  switch (type) {
    case 'image':
      return post('sendImage', captioned)
    case 'video':
      return post('sendVideo', { ...captioned, convert: true, asNote: false })
    case 'voice':
      return post('sendVoice', { ...file, convert: true })
    default:
      return post('sendFile', captioned)
  }
}

/** WhatsApp shows buttons on few devices; an engine without them answers 501. */
function buttonsPart({ text, header = '', footer = '', buttons }: OutboundButtons): object {
  return {
    ...(typeof header === 'string' ? { header } : { header: '', headerImage: pictureOf(header) }),
    body: text,
    footer,
    buttons: buttons.map(({ id, title }) => ({ type: 'reply', text: title, id })),
  }
}

/** WAHA's OpenAPI file, `SendButtonsRequest`. */
function pictureOf({ type, media }: OutboundHeader): object {
  if (type === 'image') return filePart({ type, media })
  throw refused(`WAHA has no ${type} above buttons: send an image, or the ${type} before them.`, 'message')
}

function listPart({ text, header = '', footer, button, sections }: OutboundList): object {
  return {
    title: header,
    description: text,
    ...(footer !== undefined && { footer }),
    button,
    sections: sections.map(({ title = '', rows }) => ({
      title,
      rows: rows.map(({ id, title: label, description }) => ({
        title: label,
        rowId: id,
        ...(description !== undefined && { description }),
      })),
    })),
  }
}

function post(endpoint: string, body: object): Sending {
  return { method: 'POST', path: `/api/${endpoint}`, body }
}

/**
 * WAHA shows a preview unless it is told not to; we show none unless asked to. A text without anything like a link needs
 * no word about it.
 */
export function previewPart(content: OutboundContent): object {
  if (content.type !== 'text') return {}
  const { text, linkPreview } = content
  if (linkPreview !== undefined) return { linkPreview }
  return /[^\s.]\.[^\s.]/.test(text) ? { linkPreview: false } : {}
}
