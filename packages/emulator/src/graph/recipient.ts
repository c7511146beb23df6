import { asString, type JsonObject } from '../json.js'
import type { BusinessNumber } from '../options.js'
import type { PersonRecord } from '../people.js'
import type { World } from '../world.js'
import { metaChatKey } from './chat-key.js'
import { GraphError, invalid, missing, unusable } from './graph-error.js'

/** To whom a message goes. */
export interface Recipient {
  /** As in the request. */
  readonly input: string
  /** Key of the chat that it lands in. */
  readonly chat: string
  readonly person?: PersonRecord
  /** `contacts[0]` of the response: `wa_id` for a phone, `user_id` for a BSUID, neither for a group. */
  readonly contact: JsonObject
  readonly by: 'phone' | 'user-id' | 'group'
}

const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/

/** Reads `recipient_type`, `to` and `recipient`; when both are there `to` wins (Meta, "Business-scoped user IDs"). */
export function readRecipient(world: World, number: BusinessNumber, body: JsonObject): Recipient {
  const kind = body.recipient_type ?? 'individual'
  if (kind !== 'individual' && kind !== 'group')
    throw invalid(`Param recipient_type must be one of {individual, group} - got "${kind}".`)
  for (const key of ['to', 'recipient'])
    if (body[key] !== undefined && asString(body[key]) === undefined)
      throw invalid(`Param ${key} must be a string.`)
  const to = asString(body.to)
  const userId = asString(body.recipient)
  if (kind === 'group') return groupRecipient(world, number, to)
  if (to !== undefined) return phoneRecipient(world, number, to)
  if (userId === undefined) throw missing('to')
  return userIdRecipient(world, number, userId)
}

function groupRecipient(world: World, number: BusinessNumber, to: string | undefined): Recipient {
  if (to === undefined) throw missing('to')
  const chat = chatOf(world, number, to)
  if (!world.chats.isGroup(chat)) throw unusable(`Group "${to}" does not exist.`)
  return { input: to, chat, contact: { input: to }, by: 'group' }
}

function phoneRecipient(world: World, number: BusinessNumber, to: string): Recipient {
  if (USER_ID.test(to))
    throw unusable("Param to must be a phone number; a business-scoped user ID goes into 'recipient'.")
  const digits = toWaId(world, number, to)
  if (digits === number.displayPhoneNumber) throw new GraphError(131021)
  const person = world.people.find(digits) ?? world.people.add({ name: `+${digits}`, phone: digits })
  const chat = chatOf(world, number, person.key)
  return { input: to, chat, person, contact: { input: to, wa_id: digits }, by: 'phone' }
}

function chatOf({ settings }: World, { phoneNumberId }: BusinessNumber, personOrGroup: string): string {
  return metaChatKey(settings, phoneNumberId, personOrGroup)
}

// Without a plus Meta puts the business's country code in front (Meta, "Messages": send + and country code always).
function toWaId(world: World, number: BusinessNumber, to: string): string {
  const digits = to.replace(/[\s().-]/g, '').replace(/^\+/, '')
  if (!/^\d{5,15}$/.test(digits)) throw unusable(`Param to is not a valid phone number: "${to}".`)
  if (to.trim().startsWith('+') || world.people.find(digits)) return digits
  const countryCode = number.displayPhoneNumber.slice(0, -10)
  return digits.startsWith(countryCode) ? digits : `${countryCode}${digits}`
}

function userIdRecipient(world: World, number: BusinessNumber, userId: string): Recipient {
  if (!USER_ID.test(userId))
    throw unusable(`Param recipient is not a valid business-scoped user ID: "${userId}".`)
  const person = world.people.find(userId)
  if (!person) throw unusable(`No user has the business-scoped user ID "${userId}".`)
  return {
    input: userId,
    chat: chatOf(world, number, person.key),
    person,
    contact: { input: userId, user_id: userId },
    by: 'user-id',
  }
}
