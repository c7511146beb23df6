import { contactsBody, locationBody } from './cards.js'
import { contentOf } from './describe.js'
import { element, icon } from './dom.js'
import { interactiveBody, templateBody } from './interactive-body.js'
import { documentBody, imageBody, stickerBody, videoBody } from './media-body.js'
import { textBody } from './text-body.js'
import { voiceBody } from './voice-player.js'

/** @import { Message } from './types.js' */
/** @import { Actions } from './actions.js' */

/** @type {Readonly<Record<string, (message: Message, actions: Actions) => Node>>} */
const BODIES = {
  text: message => textBody(message.text ?? ''),
  image: imageBody,
  sticker: stickerBody,
  video: videoBody,
  audio: voiceBody,
  document: documentBody,
  location: locationBody,
  contacts: contactsBody,
  interactive: interactiveBody,
  button: message => textBody(message.text ?? ''),
  template: templateBody,
  poll: message => textBody(message.text ?? ''),
}

/**
 * What is inside the bubble. Never fails: anything may come in a webhook.
 *
 * @param {Message} message
 * @param {Actions} actions
 * @returns {Node}
 */
export function messageBody(message, actions) {
  if (message.revoked)
    return element('span', { class: 'text gone' }, icon('blocked'), 'This message was deleted')
  const body = BODIES[message.type]
  try {
    if (body) return body(message, actions)
  } catch (error) {
    console.warn('A message has a form that its type does not allow.', error)
  }
  return unknownBody(message)
}

/** @param {Message} message */
function unknownBody(message) {
  const { text } = message
  const label = `A message of the type “${message.type}”`
  const words = text ?? (Object.keys(contentOf(message)).length > 0 ? JSON.stringify(message.content) : '')
  return element(
    'span',
    { class: 'text' },
    element('span', { class: 'kind-label' }, icon('alert'), label),
    words && element('span', { class: 'unknown-words' }, words.slice(0, 500)),
  )
}

/**
 * Whether the time lies on the picture instead of beside the text.
 *
 * @param {Message} message
 */
export function isBare(message) {
  return !message.revoked && !message.text && ['image', 'video', 'sticker'].includes(message.type)
}
