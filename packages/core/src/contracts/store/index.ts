import type { ContractCase } from '../contract-case.js'
import { bufferingTests } from './buffering.js'
import { inboxTests } from './inbox.js'
import { peopleTests } from './people.js'
import { createScene, type StoreHarness, type StoreTests } from './scene.js'
import { textTests } from './texts.js'
import { turnTests } from './turns.js'

const themes: Readonly<Record<string, StoreTests>> = {
  inbox: inboxTests,
  texts: textTests,
  buffering: bufferingTests,
  people: peopleTests,
  turns: turnTests,
}

/**
 * What every store has to do, one case for each sentence of `docs/store.md`. Each case gets a store of its own.
 *
 * @example
 * ```ts
 * for (const test of storeContract(makeStore)) it(test.name, test.run)
 * ```
 */
export function storeContract(makeStore: () => Promise<StoreHarness>): readonly ContractCase[] {
  return Object.entries(themes).flatMap(([theme, tests]) =>
    Object.entries(tests).map(([sentence, test]) => ({
      name: `${theme}: ${sentence}`,
      async run() {
        const harness = await makeStore()
        try {
          await test(createScene(harness))
        } finally {
          await harness.close()
        }
      },
    })),
  )
}
