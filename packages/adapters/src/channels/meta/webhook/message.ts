import type { Chat, Person } from '@switchboard/core'
import { asFields, asId, type Fields } from '../../../values.js'
import { readDigits } from '../../../webhook/phone.js'
import type { Change } from './change.js'
import { addSystemChange, newAddresses, withSharedPhone } from './identities.js'
import { addLine } from './line.js'
import { type Addresses, readIdentities, readPerson } from './person.js'

/** What Meta says about a whole thread of the history; its messages may leave it out. */
export interface Thread {
  readonly addresses: Addresses
  /** The thread's `context`: stands in for a contact. */
  readonly context: Fields | undefined
}

/**
 * An element of `messages`. In a history the business's own messages are among them.
 *
 * @returns whether it became an event: without an id, or without anybody it comes from, no store could keep it
 */
export function addMessage(raw: unknown, change: Change, thread?: Thread): boolean {
  const message = asFields(raw)
  const id = asId(message?.id)
  if (!message || id === undefined) return false
  if (change.history && isOwn(message, change)) return addEcho(raw, change, thread)

  const addresses = withThread(
    { phone: message.from, userId: message.from_user_id, parentUserId: message.from_parent_user_id },
    thread,
  )
  const contact = findContact(addresses, change) ?? thread?.context
  const person = withSharedPhone(message, latestPerson(message, readPerson(addresses, contact)))
  const groupId = asId(message.group_id)
  const chat = chatOf(groupId, person)
  if (!chat) return false

  const sender = groupId === undefined ? undefined : person
  const followsUp = isFollowUp(message, change, thread)
  // Before the line, which names the new addresses alone: by then they are known to be the same person's.
  if (message.type === 'system') addSystemChange(message, change)
  addLine({ id, message, contact, author: 'customer', chat, sender, followsUp }, change)
  return true
}

/**
 * An element of `message_echoes`: a person of the business wrote it in the WhatsApp Business app.
 *
 * @returns whether it became an event, as above
 */
export function addEcho(raw: unknown, change: Change, thread?: Thread): boolean {
  const message = asFields(raw)
  const id = asId(message?.id)
  if (!message || id === undefined) return false
  const addresses = withThread(
    { phone: message.to, userId: message.to_user_id, parentUserId: message.to_parent_user_id },
    thread,
  )
  const contact = findContact(addresses, change) ?? thread?.context
  const chat = chatOf(asId(message.group_id), readPerson(addresses, contact))
  if (!chat) return false
  const followsUp = isFollowUp(message, change, thread)
  addLine({ id, message, contact, author: 'operator', chat, sender: undefined, followsUp }, change)
  return true
}

/** Threads hold placeholders of media; the media come without a thread (Meta, "Onboarding Business app users"). */
function isFollowUp(message: Fields, change: Change, thread: Thread | undefined): boolean {
  return change.history && !thread && message.type !== 'media_placeholder'
}

/** In a history `from` is the business's number, or the person's; people without a phone have `from_user_id` only. */
function isOwn(message: Fields, change: Change): boolean {
  const from = readDigits(message.from)
  if (from !== undefined) return from === change.businessPhone
  return asId(message.from_user_id) === undefined && (message.to ?? message.to_user_id) !== undefined
}

function withThread(own: Addresses, thread: Thread | undefined): Addresses {
  if (!thread) return own
  return {
    phone: asId(own.phone) ?? thread.addresses.phone,
    userId: asId(own.userId) ?? thread.addresses.userId,
    parentUserId: asId(own.parentUserId) ?? thread.addresses.parentUserId,
  }
}

/** A message that names nobody is the only contact's. */
function findContact({ phone, userId }: Addresses, { contacts }: Change): Fields | undefined {
  const phoneId = asId(phone)
  const userIdId = asId(userId)
  return phoneId === undefined && userIdId === undefined ? contacts.only : contacts.find(phoneId, userIdId)
}

function chatOf(groupId: string | undefined, person: Person | undefined): Chat | undefined {
  if (groupId !== undefined) return { kind: 'group', id: groupId }
  return person && { kind: 'direct', person }
}

/** `from` of a changed number is the old one, which is somebody else's from now on: only the new addresses count. */
function latestPerson(message: Fields, person: Person | undefined): Person | undefined {
  const changed = newAddresses(message)
  const identities = changed ? readIdentities(changed) : []
  return identities.length === 0 ? person : { ...person, identities }
}
