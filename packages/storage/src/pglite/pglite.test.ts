import { PGlite } from '@electric-sql/pglite'
import { storeContract } from '@switchboard/core/contracts'
import { afterAll, describe, expect, it } from 'vitest'
import { keepDatabases } from '../testing/kept-databases.test.support.js'
import { pgliteStore } from './index.js'

const instances = keepDatabases(
  () => PGlite.create(),
  instance => instance.close(),
)

async function makeStore() {
  const client = await instances.take()
  const store = pgliteStore({ client })
  await store.init()
  return {
    store,
    advance: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    async close() {
      await store.close()
      expect(await instances.giveBack(client, client)).toEqual([])
    },
  }
}

afterAll(() => instances.end())

describe('pglite store', () => {
  for (const test of storeContract(makeStore)) it(test.name, test.run, 60_000)
})
