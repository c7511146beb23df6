import { createDatabase, type TestDatabase } from '@switchboard/test-support/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { postgresStore } from '../postgres/index.js'
import { createPoolDatabase } from '../postgres/pool.js'
import type { Database } from './database.js'
import { migrate } from './migrate.js'
import { migrationFiles } from './migration-files.js'

let server: TestDatabase
let database: Database

beforeEach(async () => {
  server = await createDatabase()
  database = {
    ...createPoolDatabase(server.pool(), { timeoutMs: 20_000, prepareStatements: true }),
    close: async () => {},
  }
})

afterEach(() => server.drop())

async function applied(): Promise<readonly string[]> {
  return (await database.run('select name from switchboard.migrations order by name')).map(row =>
    String(row.name),
  )
}

const names = migrationFiles.map(file => file.name)

describe('migrate', () => {
  it('makes the schema, and finds nothing to do afterwards', async () => {
    await migrate(database)
    expect(await applied()).toEqual(names)
    await migrate(database)
    expect(await applied()).toEqual(names)
  })

  it('lets any number of processes start at once', async () => {
    const stores = Array.from({ length: 8 }, () =>
      postgresStore({ connectionString: server.url, maxConnections: 1 }),
    )
    await Promise.all(stores.map(store => store.init()))
    expect(await applied()).toEqual(names)
    expect(await Promise.all(stores.map(store => store.progress()))).toHaveLength(8)
    await Promise.all(stores.map(store => store.close()))
  })

  it('applies what is new, each file in order, or nothing of it', async () => {
    await migrate(database)
    const column = { name: '9001_column.sql', sql: 'alter table switchboard.users add column nickname text;' }
    const broken = { name: '9002_broken.sql', sql: 'select 1; select * from switchboard.nothing;' }
    await expect(migrate(database, [...migrationFiles, column, broken])).rejects.toThrow('nothing')
    expect(await applied()).toEqual(names)
    await migrate(database, [...migrationFiles, column])
    expect(await applied()).toEqual([...names, column.name])
    expect(await database.run('select nickname from switchboard.users')).toEqual([])
  })

  it('refuses a file that was edited after it was applied', async () => {
    await migrate(database)
    const edited = migrationFiles.map((file, index) =>
      index === 1 ? { ...file, sql: `${file.sql}\n` } : file,
    )
    await expect(migrate(database, edited)).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining(`${names[1]} was edited`),
    })
  })

  it('refuses a database that is newer than the code', async () => {
    await migrate(database)
    await expect(migrate(database, migrationFiles.slice(0, -1))).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining(`${names.at(-1)}, which this version does not know`),
    })
  })

  it('leaves the schema alone when it is told to, and says what is missing', async () => {
    const store = postgresStore({ connectionString: server.url, migrate: false })
    await expect(store.init()).rejects.toMatchObject({ message: expect.stringContaining(String(names[0])) })
    expect(await database.run(`select to_regnamespace('switchboard') as found`)).toEqual([{ found: null }])
    await migrate(database)
    await store.init()
    await store.close()
  })

  it('uses a schema that somebody else has made for it', async () => {
    await database.run('create schema switchboard')
    await migrate(database)
    expect(await applied()).toEqual(names)
  })
})
