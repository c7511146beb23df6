import type { Conversation, Identity, IngestEvent, Store } from '@switchboard/core'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../memory/index.js'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import { ingestOptions, textFrom } from '../testing/events.test.support.js'
import { emptyTables, findContradictions } from '../testing/invariants.test.support.js'
import { randomNumbers } from '../testing/random-numbers.test.support.js'
import { postgresStore } from './index.js'

const seed = Number(process.env.IDENTITY_SEED ?? Math.floor(Math.random() * 2 ** 31))
const stories = 8
const steps = 25

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createStoreDatabase()
  store = postgresStore({ connectionString: database.url, maxConnections: 2, timeoutMs: 60_000 })
  await store.init()
}, 120_000)

afterAll(async () => {
  await store.close()
  await database.drop()
})

const addresses: readonly Identity[] = [
  ...['+1', '+2', '+3'].map(value => ({ kind: 'phone', value }) as const),
  ...['US.1', 'US.2', 'US.3'].map(value => ({ kind: 'bsuid', value }) as const),
  ...['1@lid', '2@lid'].map(value => ({ kind: 'lid', value }) as const),
]

/** Messages, amendments and reports about few people, without regard to whether they can be true. */
function randomCalls(random: (below: number) => number): readonly (readonly IngestEvent[])[] {
  let last = 0
  const some = (most: number) =>
    [...addresses].sort(() => random(3) - 1).slice(0, 1 + random(most)) as [Identity, ...Identity[]]
  const event = (): IngestEvent => {
    const identities = some(3)
    const origin = { channel: random(4) ? 'meta' : 'waha', account: random(4) ? 'one' : 'two' }
    if (random(4) === 0) {
      const [previous, ...current] = [...identities, ...some(1)]
      const at = [undefined, Date.UTC(2026, 0, 1) + random(1000), Date.UTC(2200, 0, 1), -1][random(4)]
      return { type: 'identity', ...origin, previous, current, at } as IngestEvent
    }
    last += 1
    const chat = random(6) ? ({ kind: 'direct', person: { identities } } as const) : undefined
    const group = { chat: { kind: 'group', id: 'g' }, sender: { identities } } as const
    const past = random(6) ? {} : { history: true, sentAt: 1_600_000_000_000 }
    const place = { ...origin, ...(chat ? { chat } : group) }
    if (random(3) > 0) return textFrom('', `m${last}`, `m${last}`, { ...place, ...past })
    const about = { ...textFrom('', `m${last}`), ...place, targetId: `m${1 + random(last)}`, sentAt: last }
    const emoji = ['👍', '❤️'][random(3)]
    const edit = { ...about, type: 'edit' } as const
    return [edit, { ...about, type: 'revoke' } as const, { ...about, type: 'reaction', emoji } as const][
      random(3)
    ] as IngestEvent
  }
  return Array.from({ length: steps }, () => Array.from({ length: 1 + random(3) }, event))
}

/**
 * Of two users of one call it is left open which one is the older, and with it the order within one moment, the phone that
 * is shown, and which of several addresses is answered: but that has to be one of theirs.
 */
async function describeChat(of: Store, conversation: Conversation, name: (id?: string) => unknown) {
  const { id, user, channel, account, peer } = conversation
  const byPeer =
    peer.kind === 'group'
      ? undefined
      : await of.findConversation({ channel, account, peer: { kind: peer.kind, value: peer.value } })
  return {
    user: name(user?.id),
    hasPhone: user?.phone !== undefined,
    answersThem: byPeer?.id === id,
    messages: (await of.listMessages(id, { limit: 500 }))
      .map(({ providerId, type, text, reactions, editedAt, revokedAt }) =>
        JSON.stringify([providerId, type, text, reactions, editedAt, revokedAt]),
      )
      .sort(),
  }
}

/** Everything that can be seen of who is who, without the ids that each store gives. */
async function look(of: Store) {
  const names = new Map<string, number>()
  const name = (id?: string) => {
    if (id === undefined) return undefined
    if (!names.has(id)) names.set(id, names.size)
    return names.get(id)
  }
  const found = []
  for (const channel of ['meta', 'waha']) {
    for (const account of ['one', 'two']) {
      for (const peer of addresses) {
        const conversation = await of.findConversation({ channel, account, peer })
        found.push(conversation && (await describeChat(of, conversation, name)))
      }
    }
  }
  return { found, merges: (await of.listMerges({ limit: 500 })).length }
}

describe(`who is who in PostgreSQL (seed ${seed})`, () => {
  it('is what the memory store says, whatever is shown and told', async () => {
    const pool = database.pool({ max: 1 })
    for (let story = 0; story < stories; story++) {
      // Time goes on between two calls, as it does on the other side.
      let now = Date.now()
      const memory = memoryStore({ clock: { now: () => now } })
      await emptyTables(pool)
      for (const [step, events] of randomCalls(randomNumbers(seed + story)).entries()) {
        const kinds = []
        now += 10
        for (const one of [memory, store]) {
          const results = await one.ingest(events, ingestOptions)
          kinds.push(results.map(({ kind, ...rest }) => [kind, 'merges' in rest ? rest.merges?.length : 0]))
        }
        const where = `story ${story}, step ${step}: ${JSON.stringify(events)}`
        expect(kinds[1], where).toEqual(kinds[0])
        expect(await look(store), where).toEqual(await look(memory))
      }
      expect(await findContradictions(pool)).toEqual([])
    }
  }, 180_000)
})
