import { storeContract } from '@switchboard/core/contracts'
import { describe, it } from 'vitest'
import { memoryStore } from './index.js'

async function makeStore() {
  let now = Date.now()
  const store = memoryStore({ clock: { now: () => now } })
  await store.init()
  return {
    store,
    advance: async (ms: number) => {
      now += ms
    },
    close: () => store.close(),
  }
}

describe('memory store', () => {
  for (const test of storeContract(makeStore)) it(test.name, test.run)
})
