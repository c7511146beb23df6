import { equal } from '../assert.js'
import type { ContractCase } from '../contract-case.js'
import type { ChannelHarness, ChannelTests } from './harness.js'
import { pollingTests } from './polling.js'
import { receivingTests } from './receiving.js'
import { noQuotingTests, quotingTests, sendingTests } from './sending.js'

export interface ChannelContractOptions {
  /** False for a channel without `receive`. Default true. */
  readonly receives?: boolean
  /** True for a channel with `poll`. Default false. */
  readonly polls?: boolean
  /** False for a provider that knows no quotes. Default true. */
  readonly quotes?: boolean
}

const noReceivingTests: ChannelTests = {
  'does not pretend to receive': async ({ channel }) => equal(channel.receive, undefined, 'receive'),
}

const noPollingTests: ChannelTests = {
  'does not pretend to poll': async ({ channel }) => equal(channel.poll, undefined, 'poll'),
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
  { receives = true, polls = false, quotes = true }: ChannelContractOptions = {},
): readonly ContractCase[] {
  const themes = {
    sending: sendingTests,
    quoting: quotes ? quotingTests : noQuotingTests,
    receiving: receives ? receivingTests : noReceivingTests,
    polling: polls ? pollingTests : noPollingTests,
  }
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
