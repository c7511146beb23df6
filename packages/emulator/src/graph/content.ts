import { isObject, type JsonObject } from '../json.js'
import { listAt, objectAt, optionalFlagAt, optionalTextAt, requiredParameter, textAt } from './check.js'
import { invalid } from './graph-error.js'
import { checkInteractive } from './interactive.js'
import { type ContentContext, checkMedia } from './media-object.js'
import { checkTemplate } from './template.js'

/** Checks the object under `type`; returns what a person reads of it. Throws a GraphError. */
export type ContentCheck = (value: unknown, context: ContentContext) => string | undefined

/** Every message type that can be sent (Meta, "Send messages"), in the order in which errors list them. */
export const CONTENT_CHECKS: Readonly<Record<string, ContentCheck>> = {
  audio: (value, context) => checkMedia('audio', ['id', 'link', 'voice'], value, context),
  contacts: checkContacts,
  document: (value, context) => checkMedia('document', ['id', 'link', 'caption', 'filename'], value, context),
  image: (value, context) => checkMedia('image', ['id', 'link', 'caption'], value, context),
  interactive: checkInteractive,
  location: checkLocation,
  reaction: checkReaction,
  sticker: (value, context) => checkMedia('sticker', ['id', 'link'], value, context),
  template: checkTemplate,
  text: checkText,
  video: (value, context) => checkMedia('video', ['id', 'link', 'caption'], value, context),
}

function checkText(value: unknown): string {
  const text = objectAt(value, 'text', ['body', 'preview_url'])
  optionalFlagAt(text, 'preview_url', 'text')
  return textAt(text, 'body', 'text', 4096)
}

function checkLocation(value: unknown): string | undefined {
  const location = objectAt(value, 'location', ['latitude', 'longitude', 'name', 'address'])
  checkDegrees(location, 'latitude', 90)
  checkDegrees(location, 'longitude', 180)
  optionalTextAt(location, 'address', 'location', 1000)
  return optionalTextAt(location, 'name', 'location', 1000)
}

function checkDegrees(location: JsonObject, key: string, max: number): void {
  const value = location[key]
  if (value === undefined) throw requiredParameter(`location['${key}']`)
  const degrees = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof degrees !== 'number' || !(Math.abs(degrees) <= max))
    throw invalid(`Param location['${key}'] must be a number between -${max} and ${max}.`)
}

function checkContacts(value: unknown): string {
  const cards = listAt(value, 'contacts', { min: 1, max: 257 })
  return cards.map((card, position) => checkContact(card, `contacts[${position}]`)).join(', ')
}

function checkContact(value: unknown, param: string): string {
  const keys = ['addresses', 'birthday', 'emails', 'name', 'org', 'phones', 'urls']
  const contact = objectAt(value, param, keys)
  const nameKeys = ['formatted_name', 'first_name', 'last_name', 'middle_name', 'suffix', 'prefix']
  const name = objectAt(contact.name, `${param}['name']`, nameKeys)
  for (const key of ['addresses', 'emails', 'phones', 'urls'])
    if (contact[key] !== undefined) listAt(contact[key], `${param}['${key}']`, { min: 0, max: 100 })
  if (contact.org !== undefined && !isObject(contact.org))
    throw invalid(`Param ${param}['org'] must be a JSON object.`)
  return textAt(name, 'formatted_name', `${param}['name']`, 1000)
}

function checkReaction(value: unknown, { knownMessage }: ContentContext): string {
  const reaction = objectAt(value, 'reaction', ['message_id', 'emoji'])
  const target = textAt(reaction, 'message_id', 'reaction', 128)
  const emoji = textAt(reaction, 'emoji', 'reaction', 32, 0)
  if (emoji !== '' && !isOneEmoji(emoji))
    throw invalid("Param reaction['emoji'] must be one emoji, or empty to take the reaction back.")
  knownMessage(target, "reaction['message_id']")
  return emoji
}

function isOneEmoji(text: string): boolean {
  const one = [...new Intl.Segmenter().segment(text)].length === 1
  return one && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u.test(text)
}
