import type { Identity, Person } from '@switchboard/core'
import { asFields, asId, asWords, type Draft, type Fields } from '../../../values.js'
import { readPhone } from '../../../webhook/phone.js'

/** How Meta names one person. Each part may be missing (Meta, "Business-scoped user IDs"). */
export interface Addresses {
  /** `wa_id`: digits without `+`. */
  readonly phone: unknown
  readonly userId: unknown
  readonly parentUserId: unknown
}

/**
 * The person behind some addresses and the contact that belongs to them: phone first, then BSUID, then parent BSUID.
 * What the message leaves out the contact may say.
 *
 * @returns `undefined` when nothing says who it is
 */
export function readPerson(addresses: Addresses, contact: Fields | undefined): Person | undefined {
  const identities = readIdentities({
    phone: asId(addresses.phone) ?? contact?.wa_id,
    userId: asId(addresses.userId) ?? contact?.user_id,
    parentUserId: asId(addresses.parentUserId) ?? contact?.parent_user_id,
  })
  if (identities.length === 0) return undefined
  const person: Draft<Person> = { identities }
  if (contact) nameFrom(contact, person)
  return person
}

function nameFrom(contact: Fields, person: Draft<Person>): void {
  const profile = asFields(contact.profile) ?? contact
  const name = asWords(profile.name)
  if (name !== undefined) person.name = name
  // Webhooks write `@name`, the business's own username comes without.
  const username = asWords(profile.username)?.replace(/^@/, '')
  if (username !== undefined) person.username = username
}

export function readIdentities({ phone, userId, parentUserId }: Addresses): Identity[] {
  const identities: Identity[] = []
  const number = readPhone(phone)
  if (number !== undefined) identities.push({ kind: 'phone', value: number })
  const bsuid = asId(userId)
  if (bsuid !== undefined) identities.push({ kind: 'bsuid', value: bsuid })
  const parent = asId(parentUserId)
  if (parent !== undefined) identities.push({ kind: 'parent_bsuid', value: parent })
  return identities
}
