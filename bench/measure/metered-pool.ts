import type { PostgresPool } from '@switchboard/storage/postgres'
import pg from 'pg'

/** A pool of one connection that counts what each call of a function reads: entries of indexes, and rows of sequential scans. */
export interface MeteredPool extends AsyncDisposable {
  readonly pool: PostgresPool
  /** By function, since the last time. */
  take(): Record<string, number>
}

/** Counted by the server for the transaction that asks. */
const readSoFar = `
  select sum(pg_stat_get_xact_tuples_returned(c.oid))::integer as count
  from pg_class c
  where c.relnamespace = 'switchboard'::regnamespace and c.relkind in ('r', 'i')`

export function meteredPool(connectionString: string): MeteredPool {
  const real = new pg.Pool({ connectionString, max: 1 })
  real.on('error', () => undefined)
  let counts: Record<string, number> = {}

  async function metered(client: pg.PoolClient, name: string, statement: pg.QueryConfig) {
    const count = async () => (await client.query<{ count: number }>(readSoFar)).rows[0]?.count ?? 0
    await client.query('begin')
    const before = await count()
    const result = await client.query(statement)
    counts[name] = (counts[name] ?? 0) + (await count()) - before
    await client.query('commit')
    return result
  }

  return {
    pool: {
      async connect() {
        const client = await real.connect()
        return {
          query(statement) {
            const name = /^select switchboard\.(\w+)\(/.exec(statement.text)?.[1]
            return name ? metered(client, name, statement) : client.query(statement)
          },
          release: error => client.release(error),
        }
      },
    },
    take() {
      const taken = counts
      counts = {}
      return taken
    },
    [Symbol.asyncDispose]: () => real.end(),
  }
}
