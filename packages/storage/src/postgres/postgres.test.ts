import { storeContract } from '@switchboard/core/contracts'
import { createDatabase, type TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, describe, it } from 'vitest'
import { postgresStore } from './index.js'

async function prepare(url: string) {
  const store = postgresStore({ connectionString: url })
  await store.init()
  await store.close()
}

/** Databases that a case has left empty: making one takes longer than most cases. */
const empty: TestDatabase[] = []

async function makeStore() {
  const database = empty.pop() ?? (await createDatabase({ template: { name: 'store', prepare } }))
  const store = postgresStore({ connectionString: database.url, maxConnections: 3, timeoutMs: 60_000 })
  await store.init()
  return {
    store,
    advance: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    async close() {
      await store.close()
      const pool = database.pool({ max: 1 })
      await pool.query(
        'truncate switchboard.accounts, switchboard.users, switchboard.messages, switchboard.turns, switchboard.deliveries cascade',
      )
      await pool.end()
      empty.push(database)
    },
  }
}

afterAll(async () => {
  await Promise.all(empty.map(database => database.drop()))
})

// The cases mostly wait for real time to pass: side by side they wait together.
describe.concurrent('postgres store', () => {
  for (const test of storeContract(makeStore)) it(test.name, test.run, 60_000)
})
