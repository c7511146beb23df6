import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@switchboard/test-support/postgres-server'
import pg from 'pg'

/** Fresh databases for the servers under test. */
export interface Databases extends AsyncDisposable {
  /** Connection string of a new, empty PostgreSQL database. */
  postgres(): Promise<string>
  /** A new, empty directory for PGlite. */
  pglite(): Promise<string>
  /** Version and settings that matter of the PostgreSQL in use. */
  describe(): Promise<string>
}

/** On the server that `DATABASE_URL` names, or on one of our own with the settings it comes with, `fsync` included. */
export function openDatabases(external = process.env.DATABASE_URL): Databases {
  const made: string[] = []
  const directories: string[] = []
  let own: ReturnType<typeof startPostgres> | undefined

  async function adminUrl(): Promise<string> {
    if (external) return external
    own ??= startPostgres()
    return (await own).url
  }

  return {
    async postgres() {
      const name = `switchboard_bench_${process.pid}_${made.length}`
      made.push(name)
      const url = new URL(await adminUrl())
      await query(url.href, `create database ${name}`)
      url.pathname = `/${name}`
      return url.href
    },
    async pglite() {
      const directory = await mkdtemp(join(tmpdir(), 'switchboard-bench-'))
      directories.push(directory)
      return join(directory, 'data')
    },
    async describe() {
      const url = await adminUrl()
      const [row] = await query(
        url,
        `select split_part(version(), ' ', 2) as version, current_setting('fsync') as fsync,
          current_setting('synchronous_commit') as commit, current_setting('shared_buffers') as buffers`,
      )
      return `${row?.version}, fsync ${row?.fsync}, synchronous_commit ${row?.commit}, shared_buffers ${row?.buffers}`
    },
    async [Symbol.asyncDispose]() {
      for (const directory of directories) await rm(directory, { recursive: true, force: true })
      if (own) await (await own).close()
      else if (external) for (const name of made) await query(external, `drop database ${name} with (force)`)
    },
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
