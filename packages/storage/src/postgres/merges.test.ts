import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimedTurn, Identity, OutboxItem, ReactionEvent, Store } from '@switchboard/core'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import { claimOptions, ingestOptions, outboxOptions, textFrom } from '../testing/events.test.support.js'
import { findContradictions } from '../testing/invariants.test.support.js'
import { randomNumbers } from '../testing/random-numbers.test.support.js'
import { postgresStore } from './index.js'

const people = 5
const messages = 500
const seed = Math.floor(Math.random() * 2 ** 31)

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createStoreDatabase()
  store = postgresStore({ connectionString: database.url, maxConnections: 12, timeoutMs: 60_000 })
  await store.init()
}, 120_000)

afterAll(async () => {
  await store.close()
  await database.drop()
})

const random = randomNumbers(seed)

function from(identities: readonly Identity[], providerId: string) {
  return textFrom('', providerId, providerId, { chat: { kind: 'direct', person: { identities } } })
}

async function stored(identities: readonly Identity[], providerId: string) {
  const [result] = await store.ingest([from(identities, providerId)], ingestOptions)
  if (result?.kind !== 'stored') throw new Error(`${providerId} was not stored`)
  return result
}

/** Something that somebody does in one of three groups. */
function inGroup(index: number, identities: readonly Identity[], providerId: string) {
  const place = { chat: { kind: 'group', id: `group-${index}` }, sender: { identities } } as const
  return textFrom('', providerId, providerId, place)
}

function sent({ message, attempt }: OutboxItem) {
  const outcome = { kind: 'sent', providerId: `wamid-${message.id}` } as const
  return { id: message.id, attempt, outcome, sendLeaseMs: 60_000 }
}

function commitOf(turn: ClaimedTurn, parts: number) {
  const replies = Array.from({ length: parts }, (_, part) => ({
    id: `out-${turn.conversationId}-${turn.fence}-${part}`,
    content: { type: 'text', text: 'yes' } as const,
  }))
  return { ...turn, acceptNewer: random(2) === 0, replies, sendLeaseMs: 60_000 }
}

/** A phone, a BSUID and a LID of one person, who writes under some of them. */
const addressesOf = (person: number): readonly Identity[] => [
  { kind: 'phone', value: `+1555${seed}${person}` },
  { kind: 'bsuid', value: `US.${seed}.${person}` },
  { kind: 'lid', value: `${seed}${person}@lid` },
]

describe(`merges in the middle of everything (seed ${seed})`, () => {
  it('store, answer and send every message once, without a deadlock', async () => {
    const waiting = Array.from({ length: messages }, (_, index) => index)
    const conversations = new Set<string>()
    const answered: string[] = []
    const sends = new Map<string, number>()
    let delivering = 0

    function show(index: number) {
      // One address at first; later two, so that merges happen while everybody works.
      const all = [...addressesOf(index % people)].sort(() => random(3) - 1)
      return from(all.slice(0, index < messages / 3 || random(4) > 0 ? 1 : 2), `in-${index}`)
    }
    /** By message: who reacted to it. */
    const reacted = [0, 1, 2].map(() => new Set<number>())
    function react(number: number): ReactionEvent {
      const person = number % people
      const group = random(3)
      reacted[group]?.add(person)
      const [address] = [...addressesOf(person)].sort(() => random(3) - 1)
      const { content: _, ...event } = inGroup(group, address ? [address] : [], `reaction-${number}`)
      return { ...event, type: 'reaction', targetId: `target-${group}`, emoji: '👍' }
    }
    async function deliver(): Promise<void> {
      delivering += 1
      while (waiting.length > 0) {
        const numbers = waiting.splice(0, 1 + random(6))
        const events = [...numbers.map(show), ...numbers.slice(0, 1).map(react)]
        for (const result of await store.ingest(events, ingestOptions)) {
          if (result.kind === 'stored') conversations.add(result.conversationId)
        }
      }
      delivering -= 1
    }
    async function answer(): Promise<number> {
      const ids = [...conversations].sort(() => random(3) - 1).slice(0, 1 + random(6))
      const claimed = (await store.claimTurns(ids, { ...claimOptions, maxBurst: 1 + random(20) })).filter(
        (result): result is ClaimedTurn => result.kind === 'claimed',
      )
      await sleep(random(4))
      const results = await store.commitTurns(claimed.map(turn => commitOf(turn, 1 + random(2))))
      for (const [index, result] of results.entries()) {
        if (result.kind !== 'committed') continue
        answered.push(...(claimed[index]?.burst ?? []).map(({ providerId }) => providerId ?? ''))
      }
      await send(results.flatMap(result => (result.kind === 'committed' && result.send ? [result.send] : [])))
      return claimed.length
    }
    async function send(first: readonly OutboxItem[]): Promise<void> {
      let items = [...first, ...(await store.claimSends(outboxOptions))]
      while (items.length > 0) {
        for (const { message } of items) sends.set(message.id, (sends.get(message.id) ?? 0) + 1)
        const receipts = items.map(({ message }) => ({
          type: 'status' as const,
          channel: 'meta',
          account: 'business',
          providerId: `wamid-${message.id}`,
          status: 'read' as const,
        }))
        const [records] = await Promise.all([
          store.recordSends(items.map(sent)),
          store.ingest(receipts, ingestOptions),
        ])
        items = records.flatMap(({ next }) => (next ? [next] : []))
      }
    }
    async function work(): Promise<void> {
      while (delivering > 0 || waiting.length > 0) if ((await answer()) === 0) await sleep(1)
    }

    const targets = [0, 1, 2].map(group => ({
      ...inGroup(group, addressesOf(0), `target-${group}`),
      forBot: false,
    }))
    await store.ingest(targets.slice(0, 2), ingestOptions)
    await Promise.all([...Array.from({ length: 4 }, deliver), ...Array.from({ length: 4 }, work)])
    await store.ingest(targets.slice(2), ingestOptions)
    // Whoever was never shown with a second address is now.
    const last = Array.from({ length: people }, (_, person) => from(addressesOf(person), `last-${person}`))
    for (const result of await store.ingest(last, ingestOptions)) {
      if (result.kind === 'stored') conversations.add(result.conversationId)
    }
    while ((await answer()) > 0 || (await store.sweep({ limit: 1, horizonMs: 0 })).due.length > 0);

    const everything = Array.from({ length: messages }, (_, index) => `in-${index}`)
    const lasts = last.map(({ providerId }) => providerId)
    expect([...answered].sort()).toEqual([...everything, ...lasts].sort())
    expect([...sends.values()].filter(count => count > 1)).toEqual([])
    const pool = database.pool({ max: 1 })
    expect(await findContradictions(pool)).toEqual([])
    const count = async (sql: string) => Number((await pool.query(sql)).rows[0].count)
    expect(await count('select count(*) from switchboard.users')).toBe(people)
    expect(await count('select count(*) from switchboard.conversations where group_id is null')).toBe(people)
    expect(await count('select count(*) from switchboard.merges')).toBeGreaterThanOrEqual(people)
    for (const [group, who] of reacted.entries()) {
      const reactions = `select coalesce(jsonb_array_length(amended -> 'reactions'), 0) as count
                         from switchboard.messages where provider_id = 'target-${group}'`
      expect(await count(reactions)).toBe(who.size)
    }
    expect(
      await count(`select count(*) from switchboard.messages where author = 'bot' and status <> 'read'`),
    ).toBe(0)
    expect(await count('select count(*) from switchboard.receipts')).toBe(0)
    expect(
      await count('select deadlocks as count from pg_stat_database where datname = current_database()'),
    ).toBe(0)
  }, 180_000)
})

/** Runs work that queues up for a conversation while somebody else holds it. */
async function whileHeld<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  const holder = await database.pool({ max: 1 }).connect()
  try {
    await holder.query('begin')
    await holder.query('select 1 from switchboard.conversations where id = $1 for update', [id])
    const result = work()
    await sleep(300)
    await holder.query('commit')
    return await result
  } finally {
    holder.release()
  }
}

async function pair(name: string) {
  const [phone, bsuid] = addressesOf(0).map(({ kind, value }) => ({ kind, value: `${value}${name}` }))
  if (!phone || !bsuid) throw new Error('unreachable')
  const older = (await stored([phone], `${name}-1`)).conversationId
  const younger = (await stored([bsuid], `${name}-2`)).conversationId
  const merge = () => stored([phone, bsuid], `${name}-merge`)
  return { phone, bsuid, older, younger, merge }
}

describe('who waited for a conversation that was merged meanwhile', () => {
  it('stores its message in the one that remains', async () => {
    const { bsuid, older, younger, merge } = await pair('7')
    const [, waited] = await whileHeld(younger, () => Promise.all([merge(), stored([bsuid], 'waited-7')]))
    expect((await store.listMessages(older)).map(({ providerId }) => providerId)).toContain('waited-7')
    expect(await store.findConversation(waited)).toMatchObject({ id: older })
  })

  it('applies its handoff, its record and its receipt to the one that remains', async () => {
    const { older, younger, merge } = await pair('8')
    const [turn] = await store.claimTurns([younger], claimOptions)
    if (turn?.kind !== 'claimed') throw new Error('not claimed')
    const [result] = await store.commitTurns([commitOf(turn, 1)])
    if (result?.kind !== 'committed' || !result.send) throw new Error('not committed')
    const item = result.send
    const receipt = {
      type: 'status',
      channel: 'meta',
      account: 'business',
      providerId: 'unknown-8',
      outboundId: item.message.id,
      status: 'delivered',
    } as const
    const [, change, records, statuses] = await whileHeld(younger, () =>
      Promise.all([
        merge(),
        store.setHandoff({ conversationId: younger }, { state: 'human', handoffIdleMs: null }),
        store.recordSends([sent(item)]),
        store.ingest([receipt], ingestOptions),
      ]),
    )
    expect(change).toMatchObject({ change: { state: 'human' } })
    expect(records).toMatchObject([{ id: item.message.id }])
    expect(statuses).toMatchObject([{ kind: 'status', messageId: item.message.id }])
    expect(await store.findConversation({ conversationId: younger })).toMatchObject({
      id: older,
      handoff: 'human',
    })
    const reply = (await store.listMessages(younger)).find(({ id }) => id === item.message.id)
    expect(reply).toMatchObject({ conversationId: older, status: 'delivered' })
  })

  it('commits before the merge or not at all', async () => {
    const { older, younger, merge } = await pair('9')
    const [turn] = await store.claimTurns([younger], claimOptions)
    if (turn?.kind !== 'claimed') throw new Error('not claimed')
    const [, [result]] = await whileHeld(younger, () =>
      Promise.all([merge(), store.commitTurns([{ ...commitOf(turn, 1), acceptNewer: true }])]),
    )
    const [again] = await store.claimTurns([older], claimOptions)
    if (again?.kind !== 'claimed') throw new Error('not claimed')
    const burst = again.burst.map(({ providerId }) => providerId)
    expect(burst).toEqual(['9-1', ...(result?.kind === 'lost' ? ['9-2'] : []), '9-merge'])
  })
})
