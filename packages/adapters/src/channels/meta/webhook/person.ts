import type { Identity, Person } from '@switchboard/core'
import { toE164 } from '@switchboard/core'
import { asFields, asId, asWords, type Draft, type Fields } from '../values.js'

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

/** The digits of a `wa_id` or of a number as Meta displays it. */
export function readDigits(value: unknown): string | undefined {
  const id = asId(value)
  if (id === undefined) return undefined
  if (/^\d+$/.test(id)) return id
  return /^[+\d\s().-]+$/.test(id) ? asWords(id.replace(/\D/g, '')) : undefined
}

/** libphonenumber takes 4 to 8 µs a number, a tenth of a webhook's whole cost; those who write, write again. */
const spellings = new Map<string, string>()
const mostSpellings = 10_000

/** A `wa_id` as E.164. Meta's word counts: what no numbering plan knows is still `+digits`. */
export function readPhone(value: unknown): string | undefined {
  const digits = readDigits(value)
  if (digits === undefined) return undefined
  let phone = spellings.get(digits)
  if (phone === undefined) {
    phone = toE164(`+${digits}`) ?? `+${digits}`
    if (spellings.size >= mostSpellings) spellings.clear()
    spellings.set(digits, phone)
  }
  return phone
}
