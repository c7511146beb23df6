import type { ClaimedTurn, Store } from '@switchboard/core'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import {
  claimOptions,
  editOf,
  ingestOptions,
  outboxOptions,
  textFrom,
} from '../testing/events.test.support.js'
import { postgresStore } from './index.js'

const lengths = [10, 100_000]

let database: TestDatabase
let pool: Pool
let store: Store
/** Calls of database functions since the last look, with the pages of the database that they touched. */
let calls: { name: string; pages: number }[] = []

/** A pool whose every call of a function is explained as it runs. */
function explainingPool(inner: Pool) {
  return {
    async connect() {
      const client = await inner.connect()
      return {
        release: (error?: Error | boolean) => client.release(error),
        async query({ text, values }: { text: string; values?: unknown[] }) {
          const name = /^select switchboard\.(\w+)/.exec(text)?.[1]
          if (name === undefined) return client.query(text, values)
          // The plan says how many pages it touched, but not what the function answered: kept in a setting.
          const kept = text
            .replace('select ', `select set_config('test.result', coalesce(`)
            .replace('as result', ", 'null'), false)")
          const explained = await client.query(`explain (analyze, buffers, format json) ${kept}`, values)
          const [{ Plan: plan }] = explained.rows[0]['QUERY PLAN']
          calls.push({ name, pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] })
          return client.query(`select nullif(current_setting('test.result'), 'null') as result`)
        },
      }
    },
  }
}

async function conversationOf(length: number): Promise<string> {
  const [result] = await store.ingest([textFrom(`+1${length}`, `first-${length}`)], ingestOptions)
  if (result?.kind !== 'stored') throw new Error('The first message was not stored.')
  await pool.query(
    `insert into switchboard.messages (conversation_id, position, received_at, account_id, answerable, author, type, provider_id, text)
     select c.id, c.last_position - n, now() - n * interval '1 microsecond', c.account_id, true, 'customer', 'text', 'old-' || c.id || '-' || n, 'old'
     from switchboard.conversations c, generate_series(1, $2::integer) as n where c.id = $1`,
    [result.conversationId, length],
  )
  // Somebody reacts to every tenth message.
  await pool.query(
    `insert into switchboard.messages (conversation_id, position, received_at, account_id, answerable, author, type, provider_id, quoted_id, text)
     select m.conversation_id, 1000 + n, now(), m.account_id, false, 'customer', 'reaction', 'reaction-' || m.provider_id, m.provider_id, '👍'
     from generate_series(1, $2::integer, 10) as n
     join switchboard.messages m on m.provider_id = 'old-' || $1 || '-' || n`,
    [result.conversationId, length],
  )
  await pool.query(`update switchboard.conversations set read_to = last_position - 1 where id = $1`, [
    result.conversationId,
  ])
  return result.conversationId
}

/** One message, answered and sent; then what time and people do. */
async function live(conversationId: string, length: number): Promise<Readonly<Record<string, number>>> {
  calls = []
  const name = `turn-${length}-${Math.random()}`
  await store.ingest([textFrom(`+1${length}`, name)], ingestOptions)
  const [turn] = (await store.claimTurns([conversationId], { ...claimOptions, history: 20 })) as [ClaimedTurn]
  expect(turn.burst.length + turn.history.length).toBeGreaterThan(10)
  const reply = {
    id: name,
    content: { type: 'text', text: 'yes' } as const,
    quote: { providerId: 'x', always: false, whenNewer: 2 },
  }
  await store.commitTurns([{ ...turn, acceptNewer: true, replies: [reply], sendLeaseMs: 60_000 }])
  await store.recordSends([
    { id: name, attempt: 1, outcome: { kind: 'sent', providerId: `sent-${name}` }, sendLeaseMs: 1 },
  ])
  const receipt = {
    type: 'status',
    channel: 'meta',
    account: 'business',
    providerId: `sent-${name}`,
    status: 'read',
  } as const
  await store.ingest([receipt], ingestOptions)
  await store.ingest([editOf(`+1${length}`, name, `edit-${name}`)], ingestOptions)
  // Of a message that nobody knows: from now on new messages are looked for among those amended early.
  await store.ingest([editOf(`+1${length}`, `unknown-${name}`, `early-${name}`)], ingestOptions)
  await store.claimSends(outboxOptions)
  await store.sweep({ limit: 100, horizonMs: 1000 })
  await store.setHandoff({ conversationId }, { state: 'human', handoffIdleMs: null })
  await store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
  await store.listMessages(conversationId, { limit: 20 })
  await store.listConversations({ limit: 3 })
  await store.progress()
  return Object.fromEntries(calls.map((call, index) => [`${index} ${call.name}`, call.pages]))
}

/**
 * What each call reads as it always is: the less of two times. The first one after a change plans anew and reads the
 * catalogues, and so does any other one when the server was told of more changes in other databases than it keeps apart.
 */
async function usual(conversationId: string, length: number): Promise<Record<string, number>> {
  const first = await live(conversationId, length)
  const second = await live(conversationId, length)
  return Object.fromEntries(
    Object.entries(first).map(([name, pages]) => [name, Math.min(pages, second[name] ?? pages)]),
  )
}

beforeAll(async () => {
  database = await createStoreDatabase()
  pool = database.pool({ max: 1 })
  store = postgresStore({ pool: explainingPool(pool) })
}, 120_000)

afterAll(() => database.drop())

describe('what a call costs', () => {
  it('is four round trips for a message that is answered, however long the conversation', async () => {
    const costs = []
    for (const length of lengths) {
      const id = await conversationOf(length)
      await live(id, length)
      costs.push(await usual(id, length))
    }
    const [short = {}, long = {}] = costs
    expect(Object.keys(long).slice(0, 4)).toEqual([
      '0 ingest',
      '1 claim_turns',
      '2 commit_turns',
      '3 record_sends',
    ])
    // A b-tree of a hundred thousand entries is one level deeper; a page more for each look into it is fine.
    const dear = Object.entries(long).filter(([name, pages]) => pages > 2 * (short[name] ?? 0) + 30)
    expect(dear, JSON.stringify({ short, long }, null, 2)).toEqual([])
  }, 120_000)

  it('does not depend on how many other conversations there are, either', async () => {
    const id = await conversationOf(20)
    await live(id, 20)
    const before = await usual(id, 20)
    await pool.query(`
      insert into switchboard.users (name) select 'n' || n from generate_series(1, 30000) as n;
      insert into switchboard.identities (value, kind, channel, user_id)
        select '+9' || id, 'phone', '', id from switchboard.users where name like 'n%';
      insert into switchboard.conversations (account_id, kind, user_id, peer_kind, peer_value, last_position, message_count)
        select 1, 'direct', id, 'phone', '+9' || id, 1000000 * id, 0 from switchboard.users where name like 'n%';
      insert into switchboard.messages (conversation_id, position, received_at, account_id, answerable, author, type, status, outbound_id)
        select id, last_position, now(), 1, false, 'bot', 'text', 'sent', 'o' || id from switchboard.conversations where peer_value like '+9%';
    `)
    // No statistics yet: the plans were made when the tables were nearly empty, and stay as good.
    const after = await usual(id, 20)
    const dear = Object.entries(after).filter(([name, pages]) => pages > 2 * (before[name] ?? 0) + 30)
    expect(dear, JSON.stringify({ before, after }, null, 2)).toEqual([])
    await pool.query('analyze')
    await live(id, 20)
    const analysed = await usual(id, 20)
    const dearer = Object.entries(analysed).filter(([name, pages]) => pages > 2 * (before[name] ?? 0) + 30)
    expect(dearer, JSON.stringify({ before, analysed }, null, 2)).toEqual([])
  }, 120_000)
})
