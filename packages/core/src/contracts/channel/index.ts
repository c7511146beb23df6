import { equal } from '../assert.js'
import type { ContractCase } from '../contract-case.js'
import type { ChannelHarness, ChannelTests } from './harness.js'
import { receivingTests } from './receiving.js'
import { sendingTests } from './sending.js'

export interface ChannelContractOptions {
  /** False for a channel without `receive`. Default true. */
  readonly receives?: boolean
}

const noReceivingTests: ChannelTests = {
  'does not pretend to receive': async ({ channel }) => equal(channel.receive, undefined, 'receive'),
}

/**
 * What every channel has to do. Each case gets a harness of its own.
 *
 * @example
 * ```ts
 * for (const test of channelContract(makeHarness)) it(test.name, test.run)
 * ```
 */
export function channelContract(
  makeHarness: () => Promise<ChannelHarness>,
  { receives = true }: ChannelContractOptions = {},
): readonly ContractCase[] {
  const themes = { sending: sendingTests, receiving: receives ? receivingTests : noReceivingTests }
  return Object.entries(themes).flatMap(([theme, tests]) =>
    Object.entries(tests).map(([sentence, test]) => ({
      name: `${theme}: ${sentence}`,
      async run() {
        const harness = await makeHarness()
        try {
          await test(harness)
        } finally {
          await harness.close()
        }
      },
    })),
  )
}
