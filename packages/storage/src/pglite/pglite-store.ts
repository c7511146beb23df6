import { setImmediate } from 'node:timers/promises'
import { type Store, StoreError, SwitchboardError } from '@switchboard/core'
import type { Database, RunSql } from '../sql/database.js'
import { createSqlStore } from '../sql/sql-store.js'
import { type DirectoryLock, lockDirectory } from './directory-lock.js'

interface PGliteRunner {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  exec(text: string): Promise<{ rows: unknown[] }[]>
}

/** What is used of a PGlite instance. */
export interface PGliteClient extends PGliteRunner {
  transaction<Result>(work: (transaction: PGliteRunner) => Promise<Result>): Promise<Result>
}

export interface PGliteStoreOptions {
  /** A directory for this store alone; made when missing. Default: everything stays in memory and is gone with the process. */
  readonly dataDir?: string
  /** Your own instance instead, for example with extensions. It is never closed here, and its directory is not locked. */
  readonly client?: PGliteClient
}

/**
 * PostgreSQL inside this process, for one process: development, tests, small installations without a server.
 *
 * What has been answered survives the end of the process in any form, `kill -9` included. It is not flushed to the disk, so
 * a power cut or a crash of the machine may lose the last seconds or damage the directory: use a server where that counts.
 * One query runs at a time and blocks the event loop while it runs.
 *
 * @throws {SwitchboardError} `locked` from `init` when another store, in this or another process, holds the directory
 *
 * @example
 * ```ts
 * import { pgliteStore } from '@switchboard/storage/pglite'
 *
 * const store = pgliteStore({ dataDir: './data' })
 * ```
 */
export function pgliteStore({ dataDir, client }: PGliteStoreOptions = {}): Store {
  if (client && dataDir !== undefined) {
    throw new SwitchboardError('configuration', 'pgliteStore takes `client` or `dataDir`, not both.')
  }
  const database = client
    ? { ...createPGliteDatabase(() => client), close: async () => {} }
    : ownDatabase(dataDir)
  return createSqlStore({ name: 'pglite', database, migrate: true })
}

function createPGliteDatabase(client: () => PGliteClient): Omit<Database, 'close'> {
  return {
    run: (text, values) => runOn(client())(text, values),
    transaction: work => client().transaction(transaction => work(runOn(transaction))),
  }
}

function runOn(runner: PGliteRunner): RunSql {
  return async (text, values) => {
    const { rows } = values ? await runner.query(text, [...values]) : await lastOf(runner.exec(text))
    // A query blocks the event loop. Without a turn of it the next query would follow at once, and what has come in by the
    // network meanwhile would not be part of its batch: one message a batch instead of thirty.
    await setImmediate()
    return rows as Record<string, unknown>[]
  }
}

async function lastOf(results: Promise<{ rows: unknown[] }[]>): Promise<{ rows: unknown[] }> {
  return (await results).at(-1) ?? { rows: [] }
}

interface OpenDatabase {
  readonly client: PGliteClient & { close(): Promise<void> }
  readonly lock: DirectoryLock | undefined
}

/** Opened with the first call, that is by `init`. */
function ownDatabase(dataDir: string | undefined): Database {
  let opening: Promise<OpenDatabase> | undefined
  let closed = false
  const running = new Set<Promise<unknown>>()

  function use<Result>(work: (database: Omit<Database, 'close'>) => Promise<Result>): Promise<Result> {
    if (closed) {
      return Promise.reject(new StoreError('store_failed', 'The store is closed: make a new one.'))
    }
    opening ??= open(dataDir).catch(error => {
      opening = undefined
      throw error
    })
    const result = opening.then(({ client }) => work(createPGliteDatabase(() => client)))
    running.add(result)
    const done = () => running.delete(result)
    result.then(done, done)
    return result
  }

  return {
    run: (text, values, name) => use(database => database.run(text, values, name)),
    transaction: work => use(database => database.transaction(work)),
    async close() {
      closed = true
      await Promise.allSettled(running)
      const opened = await opening?.catch(() => undefined)
      opening = undefined
      await opened?.client.close()
      await opened?.lock?.release()
    },
  }
}

async function open(dataDir: string | undefined): Promise<OpenDatabase> {
  const { PGlite } = await importPGlite()
  const lock = dataDir === undefined ? undefined : await lockDirectory(dataDir)
  try {
    const client = await PGlite.create({
      ...(dataDir !== undefined && { dataDir }),
      relaxedDurability: false,
    })
    return { client, lock }
  } catch (error) {
    await lock?.release()
    throw error
  }
}

async function importPGlite() {
  try {
    return await import('@electric-sql/pglite')
  } catch (cause) {
    throw new SwitchboardError(
      'configuration',
      'pgliteStore needs the package `@electric-sql/pglite`: install it.',
      { cause },
    )
  }
}
