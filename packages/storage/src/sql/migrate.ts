import { createHash } from 'node:crypto'
import { StoreError } from '@switchboard/core'
import type { Database, RunSql } from './database.js'
import { sqlState } from './errors.js'
import { type MigrationFile, migrationFiles } from './migration-files.js'

/** Names the transaction-level lock under which one starter migrates and the others wait. Any constant does. */
const lockKey = '8320349172648301'

const migrationsTable = `
  create table if not exists switchboard.migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  );
  comment on table switchboard.migrations is 'What made this schema. checksum: SHA-256 of the file.';
`

/**
 * Brings the schema up to date in one transaction. Any number of processes may start at once; when nothing is to be done
 * the database is only read.
 *
 * @throws {StoreError} `store_failed` when an applied migration was edited, or the database is newer than this code
 */
export async function migrate(
  database: Database,
  files: readonly MigrationFile[] = migrationFiles,
): Promise<void> {
  if ((await findPending(database.run, files)).length === 0) return
  await database.transaction(async run => {
    await run(`select pg_advisory_xact_lock(${lockKey})`)
    const [schema] = await run(`select to_regnamespace('switchboard') is not null as found`)
    if (schema?.found !== true) await run('create schema switchboard')
    await run(migrationsTable)
    for (const { name, sql } of await findPending(run, files)) {
      await run(sql)
      await run('insert into switchboard.migrations (name, checksum) values ($1, $2)', [name, checksum(sql)])
    }
  })
}

/** @throws {StoreError} `store_failed` when the schema is not the one this code was written for */
export async function checkSchema(
  database: Database,
  files: readonly MigrationFile[] = migrationFiles,
): Promise<void> {
  const [first] = await findPending(database.run, files)
  if (!first) return
  throw new StoreError(
    'store_failed',
    `The migration ${first.name} is not applied: start once with \`migrate: true\`.`,
  )
}

async function findPending(run: RunSql, files: readonly MigrationFile[]): Promise<readonly MigrationFile[]> {
  const applied = await readApplied(run)
  const known = new Map(files.map(file => [file.name, file]))
  for (const [name, sum] of applied) {
    const file = known.get(name)
    if (!file) {
      throw new StoreError(
        'store_failed',
        `The database has the migration ${name}, which this version does not know: it is newer. Update @switchboard/storage.`,
      )
    }
    if (checksum(file.sql) !== sum) {
      throw new StoreError(
        'store_failed',
        `The migration ${name} was edited after it was applied: restore the file and put the change into a new one.`,
      )
    }
  }
  return files.filter(file => !applied.has(file.name))
}

async function readApplied(run: RunSql): Promise<ReadonlyMap<string, string>> {
  try {
    const rows = await run('select name, checksum from switchboard.migrations order by name')
    return new Map(rows.map(row => [String(row.name), String(row.checksum)]))
  } catch (error) {
    const state = sqlState(error)
    if (state === '42P01' || state === '3F000') return new Map()
    throw error
  }
}

function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
