import { createDatabase, type TestDatabase } from '@switchboard/test-support/postgres'
import { postgresStore } from '../postgres/index.js'

/** A fresh database with the schema in it. */
export function createStoreDatabase(): Promise<TestDatabase> {
  return createDatabase({ template: { name: 'store', prepare } })
}

async function prepare(url: string): Promise<void> {
  const store = postgresStore({ connectionString: url })
  await store.init()
  await store.close()
}
