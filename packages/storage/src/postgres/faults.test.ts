import { type IngestResult, type Store, SwitchboardError } from '@switchboard/core'
import { type PostgresServer, startPostgres } from '@switchboard/test-support/postgres-server'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimOptions, ingestOptions, textFrom } from '../testing/events.test.support.js'
import { findContradictions } from '../testing/invariants.test.support.js'
import { startTcpProxy } from '../testing/tcp-proxy.test.support.js'
import { postgresStore } from './index.js'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: '40' } })
})

afterAll(() => server.close())

async function withStore<Result>(
  options: { url?: string; timeoutMs?: number; maxConnections?: number },
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { url = server.url, ...rest } = options
  const store = postgresStore({ connectionString: url, ...rest })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** The code of the error with which it ends. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    return SwitchboardError.is(error) ? `${error.code}${error.retryable ? ', retryable' : ''}` : String(error)
  }
}

async function query(text: string) {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

describe('a server that goes away', () => {
  it.each(['immediate', 'fast'] as const)(
    'and comes back under load (stop mode %s) has everything that was answered, once, and nothing by halves',
    async mode => {
      await withStore({ maxConnections: 8, timeoutMs: 20_000 }, async store => {
        await store.init()
        const acknowledged = new Set<string>()
        const codes = new Set<string>()
        let stopping = false
        let sequence = 0

        async function load(worker: number): Promise<void> {
          while (!stopping) {
            const batch = Array.from({ length: 8 }, () => `${mode}-${worker}-${sequence++}`)
            const events = batch.map((id, index) => textFrom(`+1777${(worker + index) % 12}`, id))
            // As a provider does: the same events again until they are acknowledged.
            for (let done = false; !done; ) {
              try {
                await store.ingest(events, ingestOptions)
                for (const id of batch) acknowledged.add(id)
                done = true
              } catch (error) {
                codes.add(SwitchboardError.is(error) ? error.code : String(error))
                await new Promise(resolve => setTimeout(resolve, 20))
              }
            }
          }
        }

        const workers = Array.from({ length: 8 }, (_, worker) => load(worker))
        for (let round = 0; round < 2; round++) {
          const before = acknowledged.size
          await expect.poll(() => acknowledged.size, { timeout: 20_000 }).toBeGreaterThan(before + 100)
          await server.restart(mode)
        }
        const before = acknowledged.size
        await expect.poll(() => acknowledged.size, { timeout: 20_000 }).toBeGreaterThan(before + 100)
        stopping = true
        await Promise.all(workers)

        expect([...codes].filter(code => code !== 'store_unavailable')).toEqual([])
        const stored = await query(
          `select provider_id from switchboard.messages where provider_id like '${mode}-%'`,
        )
        const ids = stored.map(row => String(row.provider_id))
        expect(new Set(ids).size).toBe(ids.length)
        expect([...acknowledged].filter(id => !ids.includes(id))).toEqual([])
        const pool = new pg.Pool({ connectionString: server.url, max: 1 })
        expect(await findContradictions(pool)).toEqual([])
        await pool.end()
      })
    },
    90_000,
  )

  it('makes every call fail as unavailable, and init too', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/nothing'
    await withStore({ url: nowhere, timeoutMs: 2000 }, async store => {
      expect(await codeOf(store.init())).toBe('store_unavailable, retryable')
      expect(await codeOf(store.ingest([textFrom('+1', 'a')], ingestOptions))).toBe(
        'store_unavailable, retryable',
      )
      expect(await codeOf(store.progress())).toBe('store_unavailable, retryable')
    })
  })
})

describe('a connection that swallows everything', () => {
  it('does not hang a call, and the store works again when the network does', async () => {
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port })
    const url = server.url.replace(`:${server.port}`, `:${proxy.port}`)
    await withStore({ url, timeoutMs: 10_000, maxConnections: 2 }, store => store.init())
    await withStore({ url, timeoutMs: 600, maxConnections: 2 }, async store => {
      await expect.poll(() => codeOf(store.progress()), { timeout: 20_000 }).toBe('no error')
      proxy.freeze()
      // More calls than connections: those that wait for one must not hang either.
      const calls = Array.from({ length: 6 }, (_, index) =>
        codeOf(store.ingest([textFrom('+1888', `frozen-${index}`)], ingestOptions)),
      )
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['store_unavailable, retryable']))
      proxy.cut()
      await expect.poll(() => codeOf(store.progress()), { timeout: 20_000 }).toBe('no error')
    })
  })
})

describe('a server without a free connection', () => {
  it('is unavailable until one is free', async () => {
    const taken = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const client = new pg.Client({ connectionString: server.url })
        client.on('error', () => {})
        await client.connect().catch(() => {})
        return client
      }),
    )
    await withStore({ timeoutMs: 5000 }, async store => {
      expect(await codeOf(store.progress())).toBe('store_unavailable, retryable')
      await Promise.all(taken.map(client => client.end().catch(() => {})))
      await expect.poll(() => codeOf(store.progress()), { timeout: 20_000 }).toBe('no error')
    })
  })
})

describe('a pool that hands out another connection each time, emptied of its state', () => {
  it('does as well: nothing is kept in a session', async () => {
    const inner = new pg.Pool({ connectionString: server.url, max: 4 })
    // What a pooler in transaction mode does to its clients.
    const pool = {
      async connect() {
        const client = await inner.connect()
        await client.query('discard all')
        return client
      },
    }
    const store = postgresStore({ pool })
    await store.init()
    const results: readonly IngestResult[] = await store.ingest(
      Array.from({ length: 20 }, (_, index) => textFrom(`+1999${index % 5}`, `pooled-${index}`)),
      ingestOptions,
    )
    const ids = [...new Set(results.map(result => (result.kind === 'stored' ? result.conversationId : '')))]
    expect((await store.claimTurns(ids, claimOptions)).map(result => result.kind)).toEqual(
      Array.from({ length: 5 }, () => 'claimed'),
    )
    await store.close()
    // The pool is the caller's: it still works.
    expect((await inner.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await inner.end()
  })

  it.each([
    ['has lost a prepared statement', (client: pg.PoolClient) => client.query('deallocate all')],
    [
      'has prepared it for somebody else',
      async (client: pg.PoolClient) => {
        // `pg` keeps this list of what it has prepared on a connection: as if it were another connection.
        ;(client as unknown as { connection: { parsedStatements: object } }).connection.parsedStatements = {}
      },
    ],
  ])('stores a message once when a connection %s', async (how, upset) => {
    const inner = new pg.Pool({ connectionString: server.url, max: 1 })
    let refused = 0
    const pool = {
      async connect() {
        const client = await inner.connect()
        await upset(client)
        return {
          query: (statement: pg.QueryConfig) =>
            client.query(statement).catch(error => {
              if (statement.name) refused += 1
              throw error
            }),
          release: (error?: Error | boolean) => client.release(error),
        }
      },
    }
    const store = postgresStore({ pool })
    await store.init()
    const kinds: (string | undefined)[] = []
    for (const event of ['first', 'second', 'first', 'third']) {
      const [result] = await store.ingest([textFrom('+1777', `${how}-${event}`)], ingestOptions)
      kinds.push(result?.kind)
    }
    expect(kinds).toEqual(['stored', 'stored', 'duplicate', 'stored'])
    // Once is enough to know the pooler.
    expect(refused).toBe(1)
    await store.close()
    await inner.end()
  })
})
