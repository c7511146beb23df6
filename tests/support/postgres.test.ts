import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDatabase, type TestDatabase } from './postgres.js'
import { startPostgres } from './postgres-server.js'

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    const result = await client.query(text)
    return result.rows
  } finally {
    await client.end()
  }
}

describe('createDatabase', () => {
  const databases: TestDatabase[] = []
  const template = {
    name: 'with_a_table',
    prepare: async (url: string) => {
      await query(url, 'create table filled as select 42 as answer')
    },
  }
  beforeAll(async () => {
    databases.push(...(await Promise.all([1, 2, 3].map(() => createDatabase({ template })))))
    databases.push(await createDatabase())
  })
  afterAll(() => Promise.all(databases.map(database => database.drop())))

  test('clones start alike and go their own way', async () => {
    const [first, second] = databases
    await query(first!.url, 'update filled set answer = 7')
    expect(await query(first!.url, 'select answer from filled')).toEqual([{ answer: 7 }])
    expect(await query(second!.url, 'select answer from filled')).toEqual([{ answer: 42 }])
  })

  test('a database without a template is empty, and gone after drop', async () => {
    const database = databases[3]!
    const pool = database.pool()
    const tables = await pool.query("select from pg_tables where schemaname = 'public'")
    expect(tables.rowCount).toBe(0)
    await database.drop()
    await expect(query(database.url, 'select 1')).rejects.toThrow('does not exist')
  })
})

test('a private server keeps what was committed over every kind of stop, and leaves nothing behind', async () => {
  const server = await startPostgres()
  await query(server.url, 'create table kept (stop text)')
  for (const mode of ['fast', 'immediate', 'kill'] as const) {
    await query(server.url, `insert into kept values ('${mode}')`)
    await server.stop(mode)
    await expect(query(server.url, 'select 1')).rejects.toThrow()
    await server.start()
  }
  expect(await query(server.url, 'select stop from kept')).toEqual([
    { stop: 'fast' },
    { stop: 'immediate' },
    { stop: 'kill' },
  ])

  const [row] = await query(
    server.url,
    "select current_setting('data_directory') as directory, pg_backend_pid() as pid",
  )
  const { directory, pid } = row as { directory: string; pid: number }
  await server.close()
  await expect(access(directory)).rejects.toThrow()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('a private server goes when the process that started it is killed', async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('./postgres-server.ts', import.meta.url).href)}
    const server = await startPostgres({ fsync: false })
    console.log(server.url)`
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(owner.stdout.setEncoding('utf8'), 'data')) as [string]
  expect(await query(url.trim(), 'select 1 as one')).toEqual([{ one: 1 }])

  owner.kill('SIGKILL')
  await vi.waitFor(() => expect(query(url.trim(), 'select 1')).rejects.toThrow('ECONNREFUSED'), 10_000)
})
