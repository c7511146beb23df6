import { type Identity, type IdentityChange, type IngestResult, isPersonalAddress } from '@switchboard/core'
import { dropAddress, findUser, identityKey, ownerOf, phonesOf } from './people.js'
import { recognise } from './recognition.js'
import type { State, UserEntry } from './state.js'

/** Who changed an address, or turned out to have another one, as `docs/identity.md` says. */
export function ingestIdentityChange(state: State, event: IdentityChange, now: number): IngestResult {
  const { channel, previous, current } = event
  const known = findUser(state, channel, [previous, ...current])
  if (!known) return { kind: 'identity' }
  if (!isMove(event)) {
    const evidence = { channel, identities: [previous, ...current], reason: 'told', current: true } as const
    return toResult(recognise(state, evidence, now))
  }
  const done = whoHasMoved(state, event)
  if (done) return { kind: 'identity', userId: done.id }

  const also = ownerOf(state, channel, previous)
  const stays = isPersonalAddress(previous.kind)
  const identities = stays ? [previous, ...current] : current
  const recognised = recognise(state, { channel, identities, also, reason: 'told', current: true }, now)
  retire(state, recognised.user, event)
  return toResult(recognised)
}

function toResult({ user, merges }: ReturnType<typeof recognise>): IngestResult {
  return { kind: 'identity', userId: user.id, ...(merges.length > 0 && { merges }) }
}

/** Whether an address was replaced by another one of its kind, and is not just one more of the same person. */
function isMove({ previous, current }: IdentityChange): boolean {
  return current.some(({ kind, value }) => kind === previous.kind && value !== previous.value)
}

/** The user who has made this move already: reports come again, also when the number has a new owner. */
function whoHasMoved(state: State, { channel, previous, current }: IdentityChange): UserEntry | undefined {
  const before = ownerOf(state, channel, previous)
  const isOther = ({ kind, value }: Identity) => kind === previous.kind && value !== previous.value
  return current
    .map(identity => ({ identity, owner: ownerOf(state, channel, identity) }))
    .find(({ identity, owner }) =>
      isPersonalAddress(previous.kind)
        ? owner !== undefined && owner === before && isOther(identity)
        : owner?.former.has(identityKey(channel, previous)),
    )?.owner
}

/** A new BSUID means a new number too: what the report does not name is theirs no longer. */
function retire(state: State, user: UserEntry, { channel, previous, current }: IdentityChange): void {
  const isNamed = (identity: Identity) =>
    current.some(({ kind, value }) => kind === identity.kind && value === identity.value)
  const phones = previous.kind === 'phone' || previous.kind === 'bsuid' ? phonesOf(user) : []
  const lent = isPersonalAddress(previous.kind) ? phones : [previous, ...phones]
  for (const identity of lent) {
    if (isNamed(identity)) continue
    const owner = ownerOf(state, channel, identity)
    if (owner === user) dropAddress(state, user, channel, identity)
    else if (!owner) user.former.add(identityKey(channel, identity))
  }
}
