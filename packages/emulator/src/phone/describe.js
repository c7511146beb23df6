import { plainText } from './format-text.js'

/** @import { Account, Message, Person } from './types.js' */
/** @import { Store } from './store.js' */

/** @type {Readonly<Record<string, { icon: string, words: string }>>} */
const KINDS = {
  image: { icon: 'photo', words: 'Photo' },
  video: { icon: 'video', words: 'Video' },
  sticker: { icon: 'emoji', words: 'Sticker' },
  audio: { icon: 'mic', words: 'Audio' },
  document: { icon: 'document', words: 'Document' },
  location: { icon: 'place', words: 'Location' },
  contacts: { icon: 'contact', words: 'Contact' },
  interactive: { icon: 'list', words: 'Choice' },
  template: { icon: 'list', words: 'Template' },
  poll: { icon: 'list', words: 'Poll' },
}

// More than fits on the lines that show it.
const LONGEST = 300

/**
 * A message on one line, as in the list of chats and in a quote.
 *
 * @param {Message} message
 * @returns {{ icon?: string, words: string }}
 */
export function describeMessage(message) {
  if (message.revoked) return { icon: 'blocked', words: 'This message was deleted' }
  const content = contentOf(message)
  const kind = KINDS[message.type]
  const text = message.text && plainText(message.text.slice(0, LONGEST))
  if (message.type === 'audio' && content.voice) return { icon: 'mic', words: 'Voice note' }
  if (!kind) return { words: text ?? `A message of the type “${message.type}”` }
  const words = text || (typeof content.filename === 'string' ? content.filename : kind.words)
  // A reply to a choice reads as what was chosen.
  if (message.type === 'interactive' && message.author === 'person') return { words }
  return { icon: kind.icon, words }
}

/**
 * The wire's object of the message; empty when it is none.
 *
 * @param {Pick<Message, 'content'>} message
 * @returns {Record<string, any>}
 */
export function contentOf({ content }) {
  return typeof content === 'object' && content !== null ? content : {}
}

/**
 * @param {Store} store
 * @param {Message} message
 */
export function authorName(store, message) {
  if (message.author === 'business') return 'Business'
  if (message.author === 'phone-app') return 'Business phone'
  return store.people.get(message.person ?? '')?.name ?? 'Somebody'
}

/**
 * How the business sees this person: the number, or the username when it is shown none.
 *
 * @param {Person | undefined} person
 */
export function addressOf(person) {
  if (person?.phone) return phoneNumber(person.phone)
  if (person?.username)
    return `${person.username.startsWith('@') ? '' : '@'}${person.username} · number hidden`
  return person?.userId ? `${person.userId} · number hidden` : ''
}

const PROVIDERS = { meta: 'Meta', whapi: 'Whapi', waha: 'WAHA', mcp: 'MCP' }

/** @param {Account} account */
export const accountName = ({ provider }) => PROVIDERS[provider]

/**
 * `+1 555 000 1234` from digits; a number that is not North American stays in one piece.
 *
 * @param {string} digits
 */
export function phoneNumber(digits) {
  return `+${digits.replace(/^(1)(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3 $4')}`
}
