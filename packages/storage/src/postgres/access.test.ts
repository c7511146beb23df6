import { createDatabase, type TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestOptions, textFrom } from '../testing/events.test.support.js'
import { postgresStore } from './index.js'

let database: TestDatabase

/** As Supabase sets its projects up: strangers get everything that is made later, by default. */
const asSupabase = `
  do $$ begin
    begin create role anon; exception when duplicate_object or unique_violation then null; end;
    begin create role authenticated; exception when duplicate_object or unique_violation then null; end;
  end $$;
  alter default privileges grant all on tables to anon, authenticated;
  alter default privileges grant all on sequences to anon, authenticated;
  alter default privileges grant all on functions to anon, authenticated;
  alter default privileges grant usage on schemas to anon, authenticated;
`

beforeAll(async () => {
  database = await createDatabase()
  await database.pool().query(asSupabase)
  const store = postgresStore({ connectionString: database.url })
  await store.init()
  await store.ingest([textFrom('+15550001', 'secret')], ingestOptions)
  await store.close()
})

afterAll(() => database.drop())

describe('access', () => {
  it.each(['public', 'anon', 'authenticated'])('%s has nothing', async role => {
    const { rows } = await database.pool().query(
      `select n.nspname::text as thing from pg_namespace n
       where n.nspname = 'switchboard' and has_schema_privilege($1, n.oid, 'usage, create')
       union all
       select c.relname from pg_class c
       where c.relnamespace = 'switchboard'::regnamespace and case when c.relkind in ('r', 'v', 'm')
         then has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate, references, trigger') end
       union all
       select c.relname from pg_class c
       where c.relnamespace = 'switchboard'::regnamespace and case c.relkind when 'S'
         then has_sequence_privilege($1, c.oid, 'select, update, usage') end
       union all
       select p.proname from pg_proc p
       where p.pronamespace = 'switchboard'::regnamespace and has_function_privilege($1, p.oid, 'execute')`,
      [role],
    )
    expect(rows).toEqual([])
  })

  it.each([
    'select * from switchboard.messages',
    `select switchboard.list_messages('{"id": "1"}', '{"limit": 10}')`,
    `select switchboard.ingest('[]', '{}', '{}')`,
  ])('anon cannot %s', async statement => {
    const client = await database.pool().connect()
    try {
      await client.query('set role anon')
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.query('reset role')
      client.release()
    }
  })

  it('hides the rows of a table that somebody grants by mistake', async () => {
    const client = await database.pool().connect()
    try {
      await client.query(
        'grant usage on schema switchboard to anon; grant all on all tables in schema switchboard to anon',
      )
      await client.query('set role anon')
      for (const table of ['messages', 'conversations', 'users', 'identities', 'migrations']) {
        expect((await client.query(`select * from switchboard.${table}`)).rows).toEqual([])
      }
    } finally {
      await client.query('reset role')
      await client.query(
        'revoke all on schema switchboard from anon; revoke all on all tables in schema switchboard from anon',
      )
      client.release()
    }
  })

  it('runs every function with the rights of the caller and on a path of its own', async () => {
    const { rows } = await database.pool().query(
      `select p.proname from pg_proc p join pg_language l on l.oid = p.prolang
       where p.pronamespace = 'switchboard'::regnamespace and (
         p.prosecdef
         or p.prosqlbody is null and not coalesce(p.proconfig::text like '%search_path=switchboard, pg_temp%', false)
       )`,
    )
    expect(rows).toEqual([])
  })
})
