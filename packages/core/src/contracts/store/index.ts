import type { ContractCase } from '../contract-case.js'
import { addressingTests } from './addressing.js'
import { amendedBurstTests } from './amended-bursts.js'
import { amendmentTests } from './amendments.js'
import { bufferingTests } from './buffering.js'
import { handoffTests } from './handoff.js'
import { identityTests } from './identity.js'
import { inboxTests } from './inbox.js'
import { mergingTests } from './merging.js'
import { mergingWorkTests } from './merging-work.js'
import { operatorTests } from './operator.js'
import { outboxTests } from './outbox.js'
import { parkedSendTests } from './parked-sends.js'
import { parkingTests } from './parking.js'
import { peopleTests } from './people.js'
import { pollingTests } from './polling.js'
import { type RandomOptions, randomTests } from './random/cases.js'
import { readingTests } from './reading.js'
import { receiptTests } from './receipts.js'
import { recordTests } from './records.js'
import { createScene, type StoreHarness, type StoreTests } from './scene.js'
import { sweepTests } from './sweeping.js'
import { textTests } from './texts.js'
import { turnTests } from './turns.js'
import { versionTests } from './versions.js'
import { windowRefusalTests } from './window-refusals.js'

const themes: Readonly<Record<string, StoreTests>> = {
  inbox: inboxTests,
  addressing: addressingTests,
  amendments: amendmentTests,
  'amended bursts': amendedBurstTests,
  texts: textTests,
  buffering: bufferingTests,
  people: peopleTests,
  identity: identityTests,
  merging: { ...mergingTests, ...mergingWorkTests },
  turns: turnTests,
  versions: versionTests,
  parking: parkingTests,
  outbox: outboxTests,
  'parked sends': parkedSendTests,
  'window refusals': windowRefusalTests,
  records: recordTests,
  receipts: receiptTests,
  handoff: handoffTests,
  operator: operatorTests,
  sweep: sweepTests,
  reading: readingTests,
  polling: pollingTests,
}

/**
 * What every store has to do, one case for each sentence of `docs/store.md`, and random stories that no sentence
 * foresaw. Each case gets a store of its own and closes it.
 *
 * @example
 * ```ts
 * for (const test of storeContract(makeStore)) it(test.name, test.run)
 * ```
 */
export function storeContract(
  makeStore: () => Promise<StoreHarness>,
  options: RandomOptions = {},
): readonly ContractCase[] {
  return Object.entries({ ...themes, random: randomTests(options) }).flatMap(([theme, tests]) =>
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
