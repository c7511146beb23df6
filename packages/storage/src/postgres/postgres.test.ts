import { storeContract } from '@switchboard/core/contracts'
import { createDatabase } from '@switchboard/test-support/postgres'
import { describe, it } from 'vitest'
import { postgresStore } from './index.js'

async function prepare(url: string) {
  const store = postgresStore({ connectionString: url })
  await store.init()
  await store.close()
}

async function makeStore() {
  const database = await createDatabase({ template: { name: 'store', prepare } })
  const store = postgresStore({ connectionString: database.url, maxConnections: 3 })
  await store.init()
  return {
    store,
    advance: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

describe('postgres store', () => {
  for (const test of storeContract(makeStore)) it(test.name, test.run)
})
