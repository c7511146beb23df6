import type { ClaimedTurn, CommitResult, Store } from '@switchboard/core'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import { claimOptions, ingestOptions, outboxOptions, textFrom } from '../testing/events.test.support.js'
import { findContradictions } from '../testing/invariants.test.support.js'
import { randomNumbers } from '../testing/random-numbers.test.support.js'
import { postgresStore } from './index.js'

const people = 24
const messages = 2400
const seed = Math.floor(Math.random() * 2 ** 31)

let database: TestDatabase
let stores: readonly Store[]

beforeAll(async () => {
  database = await createStoreDatabase()
  stores = [1, 2].map(() =>
    postgresStore({ connectionString: database.url, maxConnections: 8, timeoutMs: 60_000 }),
  )
  await Promise.all(stores.map(store => store.init()))
})

afterAll(async () => {
  await Promise.all(stores.map(store => store.close()))
  await database.drop()
})

const random = randomNumbers(seed)
const phoneOf = (index: number) => `+1555${String(index % people).padStart(7, '0')}`
const nextOf = <Item>(items: readonly Item[]) => items[random(items.length)] as Item

describe(`two processes with eight connections each (seed ${seed})`, () => {
  it('store every message once and answer every message once, whatever overlaps', async () => {
    const answered: string[] = []
    const replies = new Map<string, number>()
    const conversations = new Set<string>()
    const waiting = Array.from({ length: messages }, (_, index) => index)
    let delivering = 0

    async function deliver(): Promise<void> {
      delivering += 1
      while (waiting.length > 0) {
        const indexes = waiting.splice(0, 1 + random(40))
        // The order of the people differs from call to call, and one in ten messages is delivered again.
        const again = indexes.map(index => Math.max(0, index - random(60))).filter(() => random(10) === 0)
        const events = [...indexes, ...again]
          .sort(() => random(3) - 1)
          .map(index => textFrom(phoneOf(index * 7), `in-${index}`))
        for (const result of await nextOf(stores).ingest(events, ingestOptions)) {
          if (result.kind === 'stored') conversations.add(result.conversationId)
        }
      }
      delivering -= 1
    }

    async function answer(): Promise<number> {
      const store = nextOf(stores)
      const ids = [...conversations].sort(() => random(3) - 1).slice(0, 1 + random(people))
      const claimed = (await store.claimTurns(ids, { ...claimOptions, maxBurst: 1 + random(20) })).filter(
        (result): result is ClaimedTurn => result.kind === 'claimed',
      )
      const commits = claimed.map((turn, index) => ({
        ...turn,
        acceptNewer: random(2) === 0,
        replies: Array.from({ length: 1 + random(2) }, (_, part) => ({
          id: `out-${turn.conversationId}-${turn.fence}-${index}-${part}`,
          content: { type: 'text', text: 'yes' } as const,
        })),
        sendLeaseMs: 60_000,
      }))
      const results = await nextOf(stores).commitTurns(commits)
      await send(results)
      for (const [index, result] of results.entries()) {
        if (result.kind !== 'committed') continue
        answered.push(...(claimed[index]?.burst ?? []).map(message => message.providerId ?? ''))
      }
      return claimed.length
    }

    async function send(results: readonly CommitResult[]): Promise<void> {
      let items = results.flatMap(result => (result.kind === 'committed' && result.send ? [result.send] : []))
      items = [...items, ...(await nextOf(stores).claimSends(outboxOptions))]
      while (items.length > 0) {
        for (const { message } of items) replies.set(message.id, (replies.get(message.id) ?? 0) + 1)
        const records = items.map(({ message, attempt }) => ({
          id: message.id,
          attempt,
          outcome: { kind: 'sent', providerId: `wamid-${message.id}` } as const,
          sendLeaseMs: 60_000,
        }))
        const receipts = items.map(({ message }) => ({
          type: 'status' as const,
          channel: 'meta',
          account: 'business',
          providerId: `wamid-${message.id}`,
          status: 'delivered' as const,
        }))
        // The receipts race against the records: they must find their message or wait for it.
        const [recorded] = await Promise.all([
          nextOf(stores).recordSends(records),
          nextOf(stores).ingest(receipts, ingestOptions),
        ])
        items = recorded.flatMap(record => (record.next ? [record.next] : []))
      }
    }

    async function work(): Promise<void> {
      while (delivering > 0 || waiting.length > 0) {
        if ((await answer()) === 0) await new Promise(resolve => setTimeout(resolve, 1))
      }
    }

    await Promise.all([...Array.from({ length: 5 }, deliver), ...Array.from({ length: 5 }, work)])
    while ((await Promise.all([answer(), answer(), answer()])).some(count => count > 0));
    // A worker may have looked while another one held everything.
    while ((await answer()) > 0 || (await stores[0]?.sweep({ limit: 1, horizonMs: 0 }))?.due.length);

    const everything = Array.from({ length: messages }, (_, index) => `in-${index}`)
    expect([...answered].sort()).toEqual(everything.sort())
    expect([...replies.values()].filter(count => count > 1)).toEqual([])

    const pool = database.pool({ max: 1 })
    expect(await findContradictions(pool)).toEqual([])
    const { rows: statuses } = await pool.query(
      `select status, count(*)::integer from switchboard.messages where author = 'bot' group by 1`,
    )
    expect(statuses).toEqual([{ status: 'delivered', count: replies.size }])
    const { rows: waitingReceipts } = await pool.query('select * from switchboard.receipts')
    expect(waitingReceipts).toEqual([])
    const { rows: backwards } = await pool.query(`
      select conversation_id from (
        select conversation_id, received_at,
          lag(received_at) over (partition by conversation_id order by position) as before
        from switchboard.messages
      ) as m where before > received_at + interval '1 second'`)
    expect(backwards).toEqual([])
  }, 120_000)

  it('make one person and one conversation of somebody whom all of them meet at once', async () => {
    for (let round = 0; round < 10; round++) {
      const identities = [
        { kind: 'bsuid', value: `US.${seed}.${round}` } as const,
        { kind: 'phone', value: `+1666${seed}${round}` } as const,
        { kind: 'lid', value: `${seed}${round}@lid` } as const,
      ]
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, index) => {
          // Everybody names the addresses in another order, or only some of them, but always the phone.
          const shown =
            index % 3 === 0
              ? identities
              : index % 3 === 1
                ? [...identities].reverse()
                : identities.slice(1, 2)
          const person = { identities: shown, name: `name ${index}` }
          return nextOf(stores).ingest(
            [textFrom('', `meet-${seed}-${round}-${index}`, 'hello', { chat: { kind: 'direct', person } })],
            ingestOptions,
          )
        }),
      )
      const ids = results
        .flat()
        .map(result => (result.kind === 'stored' ? result.conversationId : result.kind))
      expect(new Set(ids).size).toBe(1)
    }
    const pool = database.pool({ max: 1 })
    expect(await findContradictions(pool)).toEqual([])
  }, 60_000)
})
