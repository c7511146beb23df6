import type { ContractCase } from '../contract-case.js'
import { deliveryTests } from './delivery.js'
import { atWorkbench, type QueueHarness, type QueueTests } from './workbench.js'
import { workerTests } from './workers.js'

const themes: Readonly<Record<string, QueueTests>> = { delivery: deliveryTests, workers: workerTests }

/**
 * What every queue has to do. Each case gets a queue of its own, without hints and without a worker. It need not keep
 * handlers of one conversation apart: the store does.
 *
 * @example
 * ```ts
 * for (const test of queueContract(makeQueue)) it(test.name, test.run)
 * ```
 */
export function queueContract(makeQueue: () => Promise<QueueHarness>): readonly ContractCase[] {
  return Object.entries(themes).flatMap(([theme, tests]) =>
    Object.entries(tests).map(([sentence, test]) => ({
      name: `${theme}: ${sentence}`,
      run: async () => atWorkbench(await makeQueue(), test),
    })),
  )
}
