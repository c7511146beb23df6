import { type Store, StoreError, SwitchboardError } from '@switchboard/core'
import type { Database } from '../sql/database.js'
import { createSqlStore } from '../sql/sql-store.js'
import { createPoolDatabase, guardClients, type PoolDatabaseOptions, type PostgresPool } from './pool.js'

interface CommonOptions {
  /** How long one call may take, connecting and waiting for a free connection included. Default 10 000. */
  readonly timeoutMs?: number
  /** Bring the schema `switchboard` up to date in `init`. `false`: only check that it is. Default true. */
  readonly migrate?: boolean
  /**
   * Let connections keep the statements they have parsed. Default true, also behind poolers: the first one that does not
   * keep them ends it. `false` for AWS RDS Proxy, which would tie a connection to each client for it.
   */
  readonly prepareStatements?: boolean
}

export type PostgresStoreOptions = CommonOptions &
  (
    | {
        /** Your own pool. It is never ended here, and listening to its `error` event is up to you. */
        readonly pool: PostgresPool
      }
    | {
        /** As `pg` takes it: `postgres://user:password@host:5432/database`. A pooler in transaction mode will do. */
        readonly connectionString: string
        /** Default 10. */
        readonly maxConnections?: number
      }
  )

/**
 * Everything in PostgreSQL 14 or newer, in the schema `switchboard`. Each method is one call of a database function: one round
 * trip, one transaction, no session state, so transaction poolers work.
 *
 * What `ingest` and the others have answered is as durable as the server's commits (`synchronous_commit`).
 *
 * @throws {StoreError} from every method: `store_unavailable` (retryable) when the server cannot be reached, shuts down, has no
 * connection left or does not answer in time; `store_data` when it refuses the data; `store_failed` otherwise
 *
 * @example
 * ```ts
 * import { postgresStore } from '@switchboard/storage/postgres'
 *
 * const store = postgresStore({ connectionString: 'postgres://localhost/bot' })
 * ```
 */
export function postgresStore(options: PostgresStoreOptions): Store {
  const { timeoutMs = 10_000, migrate = true, prepareStatements = true } = options
  const common = { timeoutMs, prepareStatements }
  const database = 'pool' in options ? borrowed(options.pool, common) : owned(options, common)
  return createSqlStore({ name: 'postgres', database, migrate })
}

function borrowed(pool: PostgresPool, options: PoolDatabaseOptions): Database {
  if (typeof pool?.connect !== 'function') {
    throw new SwitchboardError(
      'configuration',
      'postgresStore needs `pool`, a `pg` pool, or `connectionString`.',
    )
  }
  guardClients(pool)
  return { ...createPoolDatabase(pool, options), close: async () => {} }
}

interface OwnPoolOptions {
  readonly connectionString: string
  readonly maxConnections?: number
}

/** A pool of our own, opened with the first call, so that `pg` is loaded only where it is used. */
function owned(own: OwnPoolOptions, options: PoolDatabaseOptions): Database {
  let pool: Promise<PostgresPool> | undefined
  let closed = false
  const connect = async () => {
    if (closed) throw new StoreError('store_failed', 'The store is closed: make a new one.')
    pool ??= openPool(own, options.timeoutMs)
    return (await pool).connect()
  }
  return {
    ...createPoolDatabase({ connect }, options),
    async close() {
      closed = true
      const opened = pool
      pool = undefined
      await (await opened)?.end?.()
    },
  }
}

async function openPool(
  { connectionString, maxConnections = 10 }: OwnPoolOptions,
  timeoutMs: number,
): Promise<PostgresPool> {
  if (!connectionString) {
    throw new SwitchboardError(
      'configuration',
      '`connectionString` is empty: is the environment variable set?',
    )
  }
  const { default: pg } = await importPg()
  const pool = new pg.Pool({
    connectionString,
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
  })
  // An idle connection that breaks is replaced with the next call; unheard, its `error` would end the process.
  pool.on('error', () => {})
  guardClients(pool)
  return pool
}

async function importPg() {
  try {
    return await import('pg')
  } catch (cause) {
    throw new SwitchboardError('configuration', 'postgresStore needs the package `pg`: install it.', {
      cause,
    })
  }
}
