import { type Identity, type IdentityChange, type IngestResult, isPersonalAddress } from '@switchboard/core'
import { dropAddress, findUser, hasLeft, identityKey, leaveAddress, ownerOf, phonesOf } from './people.js'
import { recognise } from './recognition.js'
import type { State, UserEntry } from './state.js'

/** Who changed an address, or turned out to have another one, as `docs/identity.md` says. */
export function ingestIdentityChange(state: State, event: IdentityChange, now: number): IngestResult {
  const { channel, previous, current } = event
  const known = findUser(state, channel, [previous, ...current])
  if (!known) return { kind: 'identity' }
  if (!isMove(event)) {
    const identities = [previous, ...current]
    const evidence = { channel, identities, reason: 'told', current: true, at: timeOf(event) ?? 0 } as const
    return toResult(recognise(state, evidence, now))
  }
  const done = whoHasMoved(state, event)
  if (done) return { kind: 'identity', userId: done.id }

  const also = ownerOf(state, channel, previous)
  const stays = isPersonalAddress(previous.kind)
  const identities = stays ? [previous, ...current] : current
  const at = timeOf(event) ?? Number.POSITIVE_INFINITY
  const recognised = recognise(state, { channel, identities, also, reason: 'told', current: true, at }, now)
  if (!hasLeft(recognised.user, channel, identities, at))
    retire(state, recognised.user, event, Math.min(at, now))
  return toResult(recognised)
}

function toResult({ user, merges }: ReturnType<typeof recognise>): IngestResult {
  return { kind: 'identity', userId: user.id, ...(merges.length > 0 && { merges }) }
}

/** When the change was true. A time that no calendar has is none. */
function timeOf({ at }: IdentityChange): number | undefined {
  return at !== undefined && at >= 0 && at <= latestTime ? at : undefined
}

/** The end of the year 9999, as in the database. */
const latestTime = 253_402_300_799_999

/** Whether an address was replaced by another one of its kind, and is not just one more of the same person. */
function isMove({ previous, current }: IdentityChange): boolean {
  return current.some(({ kind, value }) => kind === previous.kind && value !== previous.value)
}

/** The user who has made this move already: reports come again, also when the numbers have new owners. */
function whoHasMoved(state: State, event: IdentityChange): UserEntry | undefined {
  const { channel, previous, current } = event
  const before = ownerOf(state, channel, previous)
  const isOther = ({ kind, value }: Identity) => kind === previous.kind && value !== previous.value
  const isLent = !isPersonalAddress(previous.kind)
  const mover = current
    .map(identity => ({ identity, owner: ownerOf(state, channel, identity) }))
    .find(({ identity, owner }) =>
      isLent
        ? owner?.former.has(identityKey(channel, previous))
        : owner !== undefined && owner === before && isOther(identity),
    )?.owner
  return mover ?? (isLent ? whoLeftSince(state, identityKey(channel, previous), timeOf(event)) : undefined)
}

/** The first who has left the address since then. */
function whoLeftSince(state: State, key: string, since: number | undefined): UserEntry | undefined {
  if (since === undefined) return undefined
  const leavings = [...new Set(state.identities.values())].flatMap(user => {
    const leftAt = user.former.get(key)
    return leftAt !== undefined && leftAt >= since ? [{ user, leftAt }] : []
  })
  return leavings.sort((a, b) => a.leftAt - b.leftAt)[0]?.user
}

/** A new BSUID means a new number too: what the report does not name is theirs no longer. */
function retire(
  state: State,
  user: UserEntry,
  { channel, previous, current }: IdentityChange,
  at: number,
): void {
  const isNamed = (identity: Identity) =>
    current.some(({ kind, value }) => kind === identity.kind && value === identity.value)
  const phones = previous.kind === 'phone' || previous.kind === 'bsuid' ? phonesOf(user) : []
  const lent = isPersonalAddress(previous.kind) ? phones : [previous, ...phones]
  for (const identity of lent) {
    if (isNamed(identity)) continue
    const owner = ownerOf(state, channel, identity)
    if (owner === user) dropAddress(state, user, channel, identity, at)
    else if (!owner) leaveAddress(user, identityKey(channel, identity), at)
  }
}
