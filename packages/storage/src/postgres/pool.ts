import type { Database, RunSql } from '../sql/database.js'
import { sqlState } from '../sql/errors.js'
import { createDeadline } from './deadline.js'

/** What is used of a `pg` client. */
export interface PostgresClient {
  query(query: {
    readonly text: string
    readonly values?: unknown[]
    /** Of a statement that the connection keeps. */
    readonly name?: string
  }): Promise<{ rows: Record<string, unknown>[] }>
  /** With an error: the connection is broken and must not be used again. */
  release(error?: Error | boolean): void
  on?(event: 'error', listener: (error: Error) => void): unknown
}

/** What is used of a `pg` pool. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>
  end?(): Promise<void>
  on?(event: 'connect', listener: (client: PostgresClient) => void): unknown
}

/** Migrations may wait for each other and for locks of a busy database. */
const migrationTimeoutMs = 120_000

/**
 * A client that loses its connection while it is ours emits `error` besides failing the query; unheard it ends the
 * process. A server that shuts down may say so in the same packet that completes the connection, before whoever asked
 * for the client has it: hence `connect`.
 */
export function guardClients(pool: PostgresPool): void {
  pool.on?.('connect', guard)
}

const guarded = new WeakSet<PostgresClient>()

function guard(client: PostgresClient): void {
  if (guarded.has(client)) return
  guarded.add(client)
  client.on?.('error', () => {})
}

export interface PoolDatabaseOptions {
  readonly timeoutMs: number
  readonly prepareStatements: boolean
}

/**
 * A prepared statement that is not there (26000), or there already (42P05): a pooler gives each transaction another
 * connection, and does not keep statements. Nothing of the statement has run then, so it can run again without a name.
 */
const poolerForgot = new Set(['26000', '42P05'])

/** Calls over a pool. Every call ends in time, also when the network has swallowed the connection. */
export function createPoolDatabase(
  pool: PostgresPool,
  { timeoutMs, prepareStatements }: PoolDatabaseOptions,
): Omit<Database, 'close'> {
  async function withClient<Result>(
    limitMs: number,
    work: (client: PostgresClient) => Promise<Result>,
    isBroken: (error: unknown) => boolean,
  ): Promise<Result> {
    const deadline = createDeadline(limitMs)
    try {
      const client = await deadline.race(pool.connect(), late => late.release())
      guard(client)
      let broken = false
      try {
        return await deadline.race(work(client))
      } catch (error) {
        broken = isBroken(error)
        throw error
      } finally {
        client.release(broken)
      }
    } finally {
      deadline.clear()
    }
  }

  let prepares = prepareStatements

  async function runPrepared(client: PostgresClient, ...[text, values, name]: Parameters<RunSql>) {
    if (prepares && name !== undefined) {
      try {
        return await query(client, text, values, name)
      } catch (error) {
        if (!poolerForgot.has(sqlState(error) ?? '')) throw error
        prepares = false
      }
    }
    return query(client, text, values)
  }

  return {
    run: (text, values, name) =>
      withClient(
        timeoutMs,
        client => runPrepared(client, text, values, name),
        error => sqlState(error) === undefined,
      ),
    transaction: work =>
      withClient(
        migrationTimeoutMs,
        async client => {
          const run: RunSql = (text, values) => query(client, text, values)
          await run('begin')
          const result = await work(run)
          await run('commit')
          return result
        },
        () => true,
      ),
  }
}

async function query(client: PostgresClient, text: string, values?: readonly unknown[], name?: string) {
  const { rows } = await client.query({
    text,
    ...(values && { values: [...values] }),
    ...(name !== undefined && { name }),
  })
  return rows
}
