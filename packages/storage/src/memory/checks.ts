import { type IngestEvent, type Person, StoreError } from '@switchboard/core'

/** The longest id or address that every store keeps: an index entry of PostgreSQL takes 2 700 bytes. */
const longestId = 512

/** @throws {StoreError} `store_data` when the id is too long to be a key */
export function checkId(id: string | undefined, name: string): void {
  if (id === undefined || id.length <= longestId) return
  throw new StoreError(
    'store_data',
    `The ${name} has ${id.length} characters: at most ${longestId} can be stored.`,
  )
}

/** @throws {StoreError} `store_data` when the event cannot be stored */
export function checkEvent(event: IngestEvent): void {
  checkId(event.channel, 'channel')
  checkId(event.account, 'account')
  if (event.type === 'identity') {
    for (const identity of [event.previous, ...event.current]) checkId(identity.value, 'identity')
    return
  }
  checkId(event.providerId, 'provider id')
  if (event.type === 'status') return
  checkId(event.type === 'message' ? event.quotedId : event.targetId, 'id of the quoted message')
  if (event.sender) checkPerson(event.sender)
  if (event.chat.kind === 'group') {
    checkId(event.chat.id, 'group id')
    return
  }
  checkPerson(event.chat.person)
  if (event.chat.person.identities.length === 0) {
    throw new StoreError(
      'store_data',
      'A direct chat names no identity of its person: there is nobody to answer.',
    )
  }
}

function checkPerson(person: Person): void {
  for (const identity of person.identities) checkId(identity.value, 'identity')
}
