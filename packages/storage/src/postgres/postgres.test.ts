import { storeContract } from '@switchboard/core/contracts'
import { afterAll, describe, expect, it } from 'vitest'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import { keepDatabases } from '../testing/kept-databases.test.support.js'
import { postgresStore } from './index.js'

const databases = keepDatabases(createStoreDatabase, database => database.drop())

async function makeStore() {
  const database = await databases.take()
  const store = postgresStore({ connectionString: database.url, maxConnections: 3, timeoutMs: 60_000 })
  await store.init()
  return {
    store,
    advance: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    async close() {
      await store.close()
      const pool = database.pool({ max: 1 })
      const contradictions = await databases.giveBack(database, pool)
      await pool.end()
      expect(contradictions).toEqual([])
    },
  }
}

afterAll(() => databases.end())

// The cases mostly wait for real time to pass: side by side they wait together.
describe.concurrent('postgres store', () => {
  for (const test of storeContract(makeStore)) it(test.name, test.run, 60_000)
})
