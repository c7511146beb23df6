import { type Identity, isPersonalAddress } from '@switchboard/core'
import { keyOf, type State, type UserEntry } from './state.js'

/** A phone number is one person everywhere; every other address means something on its channel only. */
function channelOf(channel: string, identity: Identity): string {
  return identity.kind === 'phone' ? '' : channel
}

export function identityKey(channel: string, identity: Identity): string {
  return keyOf(identity.kind, channelOf(channel, identity), identity.value)
}

export function ownerOf(state: State, channel: string, identity: Identity): UserEntry | undefined {
  return state.identities.get(identityKey(channel, identity))
}

/** The user of the first identity that is known. */
export function findUser(
  state: State,
  channel: string,
  identities: readonly Identity[],
): UserEntry | undefined {
  for (const identity of identities) {
    const user = ownerOf(state, channel, identity)
    if (user) return user
  }
  return undefined
}

export function createUser(state: State): UserEntry {
  return {
    id: state.nextId('user-'),
    name: undefined,
    phone: undefined,
    addresses: new Map(),
    former: new Map(),
  }
}

/** Gives the user an identity that nobody has. */
export function addAddress(state: State, user: UserEntry, channel: string, identity: Identity): void {
  const key = identityKey(channel, identity)
  state.identities.set(key, user)
  user.addresses.set(key, {
    identity,
    channel: channelOf(channel, identity),
    number: Number(state.nextId('')),
  })
  user.former.delete(key)
  if (identity.kind === 'phone') user.phone = identity.value
}

/** Notes that an address is not the user's any more. */
export function leaveAddress(user: UserEntry, key: string, at: number): void {
  user.former.set(key, Math.max(at, user.former.get(key) ?? 0))
}

/** Whether the user has left one of these addresses since then. */
export function hasLeft(
  user: UserEntry,
  channel: string,
  identities: readonly Identity[],
  since: number,
): boolean {
  return identities.some(identity => {
    const leftAt = user.former.get(identityKey(channel, identity))
    return leftAt !== undefined && leftAt >= since
  })
}

/** Takes an identity from its user. Conversations with that peer go on with another address, if there is one. */
export function dropAddress(
  state: State,
  user: UserEntry,
  channel: string,
  identity: Identity,
  at: number,
): void {
  const key = identityKey(channel, identity)
  state.identities.delete(key)
  user.addresses.delete(key)
  leaveAddress(user, key, at)
  if (identity.kind === 'phone' && user.phone === identity.value) user.phone = phonesOf(user).at(-1)?.value
  for (const conversation of state.conversations.values()) {
    const { peer } = conversation
    if (conversation.user !== user || peer.kind !== identity.kind || peer.value !== identity.value) continue
    if (identity.kind !== 'phone' && conversation.channel !== channel) continue
    conversation.peer = addressOn(user, conversation.channel) ?? peer
  }
}

export function phonesOf(user: UserEntry): readonly Identity[] {
  return [...user.addresses.values()].map(({ identity }) => identity).filter(({ kind }) => kind === 'phone')
}

/** Where the user can be written to on a channel: the phone that is shown, else the address that was added last. */
function addressOn(user: UserEntry, channel: string): Identity | undefined {
  if (user.phone !== undefined) return { kind: 'phone', value: user.phone }
  return [...user.addresses.values()].filter(address => address.channel === channel).at(-1)?.identity
}

/** What tells people apart: a kind of personal address and its channel. One person has one of each at a time. */
export function distinctionsOf(user: UserEntry): readonly string[] {
  return [...user.addresses.values()]
    .filter(({ identity }) => isPersonalAddress(identity.kind))
    .map(({ identity, channel }) => keyOf(identity.kind, channel))
}
