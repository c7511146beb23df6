import type { Identity, IdentityChange, Person, StoredEvent } from '../../../vocabulary/index.js'
import { equal } from '../../assert.js'
import type { RandomNumbers } from '../../random-numbers.js'
import { account, bsuid, channel, phone } from '../events.js'
import type { Scene } from '../scene.js'

/** Somebody who writes, with the addresses that they have at the moment. Their number may change and go to somebody else. */
export interface Somebody {
  readonly id: string
  number: Identity
  readonly own: readonly Identity[]
}

/** Who is who in truth, kept beside the store and compared with it. */
export interface PeopleModel {
  /** Somebody known, or somebody new. */
  somebody(): Somebody
  /** As an event shows them: mostly under one address, sometimes under two. */
  show(somebody: Somebody): Person
  /** Says that they wrote this. */
  wrote(event: StoredEvent, somebody: Somebody): void
  /** A report that is true, now or when it was told before. */
  report(): IdentityChange
  /** Note that the store knew somebody of this report: delivered again, it must not do anything new. */
  understood(report: IdentityChange): void
  /** Every person with all of their addresses. */
  everybody(): readonly (readonly [Somebody, Person])[]
  /** Nobody is shown what somebody else wrote. */
  compare(scene: Scene): Promise<void>
}

const most = 8

export function peopleModel(random: RandomNumbers, nextId: (prefix: string) => string): PeopleModel {
  const all: Somebody[] = []
  /** Numbers that somebody has left: the network gives them to others. */
  const free: Identity[] = []
  /** Who wrote what, by provider id. */
  const writers = new Map<string, string>()
  const reports: IdentityChange[] = []
  let minutes = 0

  const newNumber = (): Identity => phone(`+34${nextId('')}`)
  const shuffled = (identities: readonly Identity[]): Identity[] =>
    identities
      .map(identity => ({ identity, place: random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ identity }) => identity)

  function somebodyNew(): Somebody {
    const id = nextId('somebody')
    const number = random.chance(0.7) ? free.shift() : undefined
    const own = [bsuid(`US.${id}`), { kind: 'lid', value: `${id}@lid` } as const]
    const somebody = { id, number: number ?? newNumber(), own }
    all.push(somebody)
    return somebody
  }

  /** Somebody has another number from now on. Nobody gets the old one before that was told. */
  function move(somebody: Somebody): IdentityChange {
    const previous = somebody.number
    const used = free.length > 0 && random.chance(0.3) ? free.shift() : undefined
    somebody.number = used ?? newNumber()
    free.push(previous)
    const current = [somebody.number, ...(random.chance(0.5) ? somebody.own.slice(0, 1) : [])]
    return { type: 'identity', channel, account, previous, current, at: Date.UTC(2026, 0, 1, 0, ++minutes) }
  }

  function pair({ number, own }: Somebody): IdentityChange {
    const [previous, other] = shuffled([number, ...own]) as [Identity, Identity]
    const at = Date.UTC(2026, 0, 1, 0, ++minutes)
    const change = { type: 'identity', channel, account, previous, current: [other] } as const
    return random.chance(0.5) ? { ...change, at } : change
  }

  const somebody = (): Somebody =>
    all.length < 2 || (all.length < most && random.chance(0.05)) ? somebodyNew() : random.pick(all)

  return {
    somebody,
    show: ({ id, number, own }) => ({
      name: id,
      identities: shuffled([number, ...own]).slice(0, random.chance(0.9) ? 1 : 2),
    }),
    wrote: ({ providerId }, { id }) => void writers.set(providerId, id),
    report() {
      if (reports.length > 0 && random.chance(0.5)) return random.pick(reports)
      return random.chance(0.6) ? move(somebody()) : pair(somebody())
    },
    understood: report => void reports.push(report),
    everybody: () =>
      all.map(person => [person, { name: person.id, identities: [person.number, ...person.own] }]),
    async compare(scene) {
      for (const { id, kind } of await scene.store.listConversations({ limit: 100 })) {
        if (kind === 'group') continue
        const messages = await scene.messages(id)
        const wrote = messages.flatMap(({ providerId = '' }) => writers.get(providerId) ?? [])
        equal([...new Set(wrote)].length <= 1, true, `one writer in the conversation ${id}: ${wrote.join()}`)
      }
    },
  }
}
