import type { Identity, Person } from '@switchboard/core'
import { keyOf, type State, type UserEntry } from './state.js'

/** A phone number is one person everywhere; every other address means something on its channel only. */
function identityKey(channel: string, identity: Identity): string {
  return keyOf(identity.kind, identity.kind === 'phone' ? '' : channel, identity.value)
}

/** The user of the first identity that is known. */
export function findUser(
  state: State,
  channel: string,
  identities: readonly Identity[],
): UserEntry | undefined {
  for (const identity of identities) {
    const user = state.identities.get(identityKey(channel, identity))
    if (user) return user
  }
  return undefined
}

/** Adds the identities that nobody has yet. */
export function learnIdentities(
  state: State,
  channel: string,
  user: UserEntry,
  identities: readonly Identity[],
): void {
  for (const identity of identities) {
    const key = identityKey(channel, identity)
    if (state.identities.has(key)) continue
    state.identities.set(key, user)
    if (identity.kind === 'phone') user.phone = identity.value
  }
}

/** The user a person is, made when nobody has one of the addresses. */
export function resolveUser(state: State, channel: string, person: Person): UserEntry {
  const user = findUser(state, channel, person.identities) ?? { id: state.nextId('user-') }
  learnIdentities(state, channel, user, person.identities)
  if (person.name !== undefined) user.name = person.name
  return user
}
