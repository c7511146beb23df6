import { storeContract } from '@switchboard/core/contracts'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import { emptyTables, findContradictions } from '../testing/invariants.test.support.js'
import { postgresStore } from './index.js'

/** Databases that a case has left empty: making one takes longer than most cases. */
const empty: TestDatabase[] = []

async function makeStore() {
  const database = empty.pop() ?? (await createStoreDatabase())
  const store = postgresStore({ connectionString: database.url, maxConnections: 3, timeoutMs: 60_000 })
  await store.init()
  return {
    store,
    advance: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    async close() {
      await store.close()
      const pool = database.pool({ max: 1 })
      const contradictions = await findContradictions(pool)
      await emptyTables(pool)
      await pool.end()
      empty.push(database)
      expect(contradictions).toEqual([])
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
