import { PGlite } from '@electric-sql/pglite'
import { storeContract } from '@switchboard/core/contracts'
import { beforeAll, describe, it } from 'vitest'
import { pgliteStore } from './index.js'

// A copy of a prepared database starts in a third of a second, an empty one in seconds.
let template: Blob

beforeAll(async () => {
  const client = await PGlite.create()
  await pgliteStore({ client }).init()
  template = await client.dumpDataDir('none')
  await client.close()
})

async function makeStore() {
  const client = await PGlite.create({ loadDataDir: template })
  const store = pgliteStore({ client })
  await store.init()
  return {
    store,
    advance: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
    close: () => client.close(),
  }
}

describe('pglite store', () => {
  for (const test of storeContract(makeStore)) it(test.name, test.run, 60_000)
})
