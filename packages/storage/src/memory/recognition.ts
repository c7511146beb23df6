import { type Identity, isPersonalAddress, type MergeResult, type UserMerge } from '@switchboard/core'
import { mergeUsers } from './merging.js'
import { addAddress, createUser, distinctionsOf, dropAddress, hasLeft, ownerOf } from './people.js'
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
  /**
   * When somebody said so, in epoch milliseconds: it says nothing of the numbers of a person who has left one of these addresses
   * since. 0: at some time.
   */
  readonly at: number
}

export interface Recognised {
  readonly user: UserEntry
  readonly merges: readonly MergeResult[]
}

/** The user that the addresses belong to: one that is known, several that are merged, or a new one. */
export function recognise(state: State, evidence: Evidence, now: number): Recognised {
  const { channel, identities, also, reason, current, at } = evidence
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
  const lent = identities.filter(({ kind }) => !isPersonalAddress(kind))
  for (const [owner, theirs] of byOwner(state, channel, lent)) {
    // `also` may be merged by now.
    if (owner === user || owner === also) continue
    const known = [...shown, ...(user ? distinctionsOf(user) : [])]
    const isApart = distinctionsOf(owner).some(distinction => known.includes(distinction))
    const isOld = [user, owner].some(person => person && hasLeft(person, channel, identities, at))
    if (!user && !isApart) user = owner
    else if (isOld) continue
    else if (user && !isApart) user = join(user, owner)
    else if (current && shown.length > 0)
      for (const identity of theirs) dropAddress(state, owner, channel, identity, now)
  }
  user ??= createUser(state)
  learn(state, user, evidence)
  return { user, merges }
}

/** In the order given, without those that are nobody's. */
function byOwner(state: State, channel: string, identities: readonly Identity[]) {
  const owners = new Map<UserEntry, Identity[]>()
  for (const identity of identities) {
    const owner = ownerOf(state, channel, identity)
    if (owner) owners.set(owner, [...(owners.get(owner) ?? []), identity])
  }
  return owners
}

function learn(state: State, user: UserEntry, { channel, identities, at }: Evidence): void {
  const isOld = hasLeft(user, channel, identities, at)
  for (const identity of identities) {
    if (ownerOf(state, channel, identity) || (isOld && !isPersonalAddress(identity.kind))) continue
    addAddress(state, user, channel, identity)
  }
}
