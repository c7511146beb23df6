import type { Identity, IdentityChange, Person } from '@switchboard/core'
import { asFields, asId, asList, type Draft, type Fields } from '../../../values.js'
import { keepRaw } from '../../../webhook/raw.js'
import { readTime } from '../../../webhook/time.js'
import type { Change } from './change.js'
import { type Addresses, readIdentities } from './person.js'

/** Where a person can be reached from now on, when a system message says that this changed. */
export function newAddresses(message: Fields): Addresses | undefined {
  if (message.type !== 'system') return undefined
  const system = asFields(message.system)
  if (system?.type !== 'user_changed_number' && system?.type !== 'user_changed_user_id') return undefined
  return { phone: system.wa_id, userId: system.user_id, parentUserId: system.parent_user_id }
}

/**
 * The identity change that a system message reports. The old BSUID stands in its `body` only, among words and a name
 * that the person chose: it is not read from there. The field `user_id_update` gives it reliably.
 */
export function addSystemChange(message: Fields, change: Change): void {
  const changed = newAddresses(message)
  if (!changed) return
  const [previous] = readIdentities({
    phone: message.from,
    userId: message.from_user_id,
    parentUserId: message.from_parent_user_id,
  })
  addChange(previous, readIdentities(changed), message, change)
}

/**
 * A person known by BSUID only, with the phone in their answer to a contact request: WhatsApp itself sends the person's
 * own number with `origin: "contact_request"`. A card shared by hand (`origin: "other"`) is anybody's. The message shows
 * the number, instead of an identity change that tells it: delivered again, a message changes nothing, while a change
 * would give back a number that the person has left since.
 */
export function withSharedPhone(message: Fields, person: Person | undefined): Person | undefined {
  const [first] = person?.identities ?? []
  if (message.type !== 'contacts' || !person || !first || first.kind === 'phone') return person
  const [card, ...others] = (asList(message.contacts) ?? []).map(asFields)
  const phones = asList(card?.phones)
  if (others.length > 0 || card?.origin !== 'contact_request' || phones?.length !== 1) return person
  const phone = asFields(phones[0])?.wa_id
  const shared = readIdentities({ phone, userId: undefined, parentUserId: undefined })
  return { ...person, identities: [...person.identities, ...shared] }
}

/**
 * An element of `user_id_update`: `{ user_id: { previous, current }, parent_user_id?, wa_id?, timestamp }`.
 *
 * @returns whether it names an old address and a new one
 */
export function addUserIdUpdate(raw: unknown, change: Change): boolean {
  const update = asFields(raw) ?? {}
  const userId = asFields(update.user_id)
  const parent = asFields(update.parent_user_id)
  const current = readIdentities({
    phone: update.wa_id,
    userId: userId?.current,
    parentUserId: parent ? parent.current : update.parent_user_id,
  })
  const before = change.events.length
  addChange(identity('bsuid', userId?.previous), current, update, change)
  addChange(identity('parent_bsuid', parent?.previous), current, update, change)
  return change.events.length > before
}

function identity(kind: Identity['kind'], value: unknown): Identity | undefined {
  const id = asId(value)
  return id === undefined ? undefined : { kind, value: id }
}

function addChange(
  previous: Identity | undefined,
  current: readonly Identity[],
  raw: Fields,
  { channel, account, now, events }: Change,
): void {
  if (!previous) return
  const others = current.filter(({ kind, value }) => kind !== previous.kind || value !== previous.value)
  if (others.length === 0) return
  const event: Draft<IdentityChange> = { type: 'identity', channel, account, previous, current: others }
  const at = readTime(raw.timestamp, now)
  if (at !== undefined) event.at = at
  keepRaw(event, raw)
  events.push(event)
}
