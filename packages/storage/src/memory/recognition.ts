import { type Identity, isPersonalAddress, type MergeResult, type UserMerge } from '@switchboard/core'
import { mergeUsers } from './merging.js'
import { addAddress, createUser, distinctionsOf, dropAddress, identityKey, ownerOf } from './people.js'
import { keyOf, type State, type UserEntry } from './state.js'

/** What an event says about who somebody is. `docs/identity.md` says what follows from it. */
export interface Evidence {
  readonly channel: string
  /** Addresses of one person. */
  readonly identities: readonly Identity[]
  /** Who this person is, whatever the addresses say. */
  readonly also?: UserEntry | undefined
  readonly reason: UserMerge['reason']
  /** Whether it is true now: then a number that was somebody else's is theirs no longer. */
  readonly current: boolean
}

export interface Recognised {
  readonly user: UserEntry
  readonly merges: readonly MergeResult[]
}

/** The user that the addresses belong to: one that is known, several that are merged, or a new one. */
export function recognise(state: State, evidence: Evidence, now: number): Recognised {
  const { channel, identities, also, reason, current } = evidence
  const merges: MergeResult[] = []
  const join = (one: UserEntry, other: UserEntry): UserEntry => {
    if (one === other) return one
    const { user, merge } = mergeUsers(state, one, other, reason, now)
    merges.push(merge)
    return user
  }

  const personal = identities.filter(({ kind }) => isPersonalAddress(kind))
  const shown = personal.map(({ kind }) => keyOf(kind, channel))
  let user = also
  for (const identity of personal) {
    const owner = ownerOf(state, channel, identity)
    if (owner) user = user ? join(user, owner) : owner
  }
  for (const identity of identities) {
    if (isPersonalAddress(identity.kind)) continue
    const owner = ownerOf(state, channel, identity)
    if (!owner || owner === user) continue
    const known = [...shown, ...(user ? distinctionsOf(user) : [])]
    if (!distinctionsOf(owner).some(distinction => known.includes(distinction))) {
      user = user ? join(user, owner) : owner
    } else if (current && shown.length > 0) {
      dropAddress(state, owner, channel, identity)
    }
  }
  user ??= createUser(state)
  learn(state, user, evidence)
  return { user, merges }
}

/** A number that was theirs comes back only with a report of a change: an old event may still show it. */
function learn(state: State, user: UserEntry, { channel, identities, reason }: Evidence): void {
  for (const identity of identities) {
    const key = identityKey(channel, identity)
    if (state.identities.has(key) || (user.former.has(key) && reason === 'shown')) continue
    addAddress(state, user, channel, identity)
  }
}
