import { compact, type JsonObject } from '../../json.js'
import type { BusinessNumber } from '../../options.js'
import type { PersonRecord } from '../../people.js'
import type { Change } from './wire.js'

/** The parts that the values of all message webhooks share. */

export function messagesChange(number: BusinessNumber, members: JsonObject, field = 'messages'): Change {
  const metadata = { display_phone_number: number.displayPhoneNumber, phone_number_id: number.phoneNumberId }
  const value = { messaging_product: 'whatsapp', metadata, ...members }
  return { businessAccountId: number.businessAccountId, field, value }
}

/** `contacts[]`: members that the business may not see are left out, not empty (Meta, "Business-scoped user IDs"). */
export function contactOf(person: PersonRecord, withUsername = true): JsonObject {
  return compact({
    profile: compact({ name: person.name, username: withUsername ? person.username : undefined }),
    wa_id: person.phone,
    user_id: person.userId,
    parent_user_id: person.parentUserId,
  })
}

/** Seconds since 1970 as a string, from milliseconds. */
export function wireTime(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000))
}
