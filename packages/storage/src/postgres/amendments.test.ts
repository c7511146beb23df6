import { createDatabase, type TestDatabase } from '@switchboard/test-support/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../sql/migrate.js'
import { migrationFiles } from '../sql/migration-files.js'
import { claimOptions, editOf, ingestOptions, textFrom } from '../testing/events.test.support.js'
import { postgresStore } from './index.js'
import { createPoolDatabase } from './pool.js'

const person = '+15550001'

let server: TestDatabase

beforeEach(async () => {
  server = await createDatabase()
})

afterEach(() => server.drop())

describe('amendments in the database', () => {
  it('keeps what a revoked message said in its row alone', async () => {
    const store = postgresStore({ connectionString: server.url })
    await store.init()
    const secret = { ...textFrom(person, 'wamid.1', 'my secret'), raw: { text: { body: 'my secret' } } }
    const { type: _, content: __, ...about } = editOf(person, 'wamid.1', 'wamid.2')
    await store.ingest([secret, { ...about, type: 'revoke' }], ingestOptions)
    const rows = await server
      .pool()
      .query(`select text, content, amended -> 'original' ->> 'text' as original, raw from switchboard.messages
              where provider_id = 'wamid.1'`)
    expect(rows.rows).toEqual([
      { text: null, content: null, original: 'my secret', raw: '{"text":{"body":"my secret"}}' },
    ])
    const [conversation] = await store.listConversations()
    expect(JSON.stringify(await store.listMessages(conversation?.id ?? ''))).not.toContain('secret')
    await store.close()
  })

  it('changes messages that were stored before there was such a thing', async () => {
    const pool = server.pool()
    const database = {
      ...createPoolDatabase(pool, { timeoutMs: 20_000, prepareStatements: true }),
      close: async () => {},
    }
    const before = migrationFiles.filter(({ name }) => name < '0015')
    await migrate(database, before)
    const lines = [
      {
        number: 0,
        channel: 'meta',
        account: 'business',
        provider_id: 'wamid.1',
        identity_kinds: ['phone'],
        identity_values: [person],
        author: 'customer',
        type: 'text',
        says: true,
        history: false,
        text: 'one tea',
      },
    ]
    const options = { quiet_ms: 0, max_wait_ms: 0, max_count: 100 }
    await pool.query('select switchboard.ingest($1, $2, $3)', [JSON.stringify(lines), '{}', options])

    const store = postgresStore({ pool })
    await store.init()
    await store.ingest([editOf(person, 'wamid.1', 'one coffee')], ingestOptions)
    const [conversation] = await store.listConversations()
    const [turn] = await store.claimTurns([conversation?.id ?? ''], claimOptions)
    expect(turn).toMatchObject({ burst: [{ text: 'one coffee', original: { text: 'one tea' } }] })
  })
})
