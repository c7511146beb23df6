import { asFields, asId, asList, type Fields } from '../../../values.js'

/** The people of a change. They are neither in the order of its messages nor always there. */
export interface Contacts {
  /** By BSUID, else by phone (`wa_id`). */
  find(phone: string | undefined, userId: string | undefined): Fields | undefined
  /** The only one there is. */
  readonly only: Fields | undefined
}

/** Up to here looking through the list costs less than building an index. */
const shortList = 4

export function readContacts(value: unknown): Contacts {
  const contacts: Fields[] = []
  for (const item of asList(value) ?? []) {
    const contact = asFields(item)
    if (contact) contacts.push(contact)
  }
  const only = contacts.length === 1 ? contacts[0] : undefined
  if (contacts.length > shortList) return { find: indexed(contacts), only }
  return {
    find: (phone, userId) => findBy(contacts, 'user_id', userId) ?? findBy(contacts, 'wa_id', phone),
    only,
  }
}

function findBy(contacts: readonly Fields[], key: string, id: string | undefined): Fields | undefined {
  if (id === undefined) return undefined
  for (const contact of contacts) if (asId(contact[key]) === id) return contact
  return undefined
}

function indexed(contacts: readonly Fields[]): Contacts['find'] {
  const byPhone = new Map<string, Fields>()
  const byUserId = new Map<string, Fields>()
  for (const contact of contacts) {
    const phone = asId(contact.wa_id)
    const userId = asId(contact.user_id)
    if (phone !== undefined) byPhone.set(phone, contact)
    if (userId !== undefined) byUserId.set(userId, contact)
  }
  return (phone, userId) => byUserId.get(userId ?? '') ?? byPhone.get(phone ?? '')
}
