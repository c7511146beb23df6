import type { ButtonContent, Content, SystemContent } from '@switchboard/core'
import { asFields, asText, asWords, type Fields } from '../../../values.js'
import { readLocation } from '../../../webhook/location.js'
import { readInteractive } from './interactive.js'
import { readFile } from './media.js'
import { readOrder, readSharedContacts } from './shared.js'
import { unsupported } from './unsupported.js'

/**
 * What a message says, by its `type`. A type that is unknown, or whose object is missing or broken, becomes
 * `unsupported` with the reason that Meta gives in the message's or in the value's `errors`.
 */
export function readContent(message: Fields, valueErrors: unknown): Content {
  const type = asWords(message.type)
  const content = type === undefined ? undefined : contentOfType(type, message)
  return content ?? unsupported(type, message, valueErrors)
}

function contentOfType(type: string, message: Fields): Content | undefined {
  switch (type) {
    case 'text': {
      const text = asText(asFields(message.text)?.body)
      return text === undefined ? undefined : { type: 'text', text }
    }
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return readFile(type, asFields(message[type]))
    case 'location':
      return readLocation(asFields(message.location))
    case 'contacts':
      return readSharedContacts(message.contacts)
    case 'interactive':
      return readInteractive(asFields(message.interactive))
    case 'button':
      return readButton(asFields(message.button))
    case 'order':
      return readOrder(asFields(message.order))
    case 'system':
      return readSystem(asFields(message.system))
    case 'request_welcome':
      // The person opened the chat for the first time and has said nothing yet.
      return { type: 'system', text: 'Opened the chat for the first time', event: type }
    default:
      return undefined
  }
}

/** A template's quick reply. */
function readButton(button: Fields | undefined): ButtonContent | undefined {
  const payload = asWords(button?.payload)
  const text = asWords(button?.text) ?? payload
  if (text === undefined) return undefined
  return payload === undefined ? { type: 'button', text } : { type: 'button', text, payload }
}

/** Always `system`, however broken: nobody said it, so nobody may answer it. */
function readSystem(system: Fields | undefined): SystemContent {
  const text = asText(system?.body) ?? ''
  const event = asWords(system?.type)
  return event === undefined ? { type: 'system', text } : { type: 'system', text, event }
}
