import type { ContractCase } from '../contract-case.js'
import { bucketTests } from './buckets.js'
import { paceTests } from './pace.js'
import { pauseTests } from './pauses.js'
import { type RateLimiterHarness, type RateLimiterTests, withStopwatch } from './stopwatch.js'

const themes: Readonly<Record<string, RateLimiterTests>> = {
  pace: paceTests,
  buckets: bucketTests,
  pauses: pauseTests,
}

/**
 * What every rate limiter has to do. Each case gets a limiter of its own, which knows nothing yet.
 *
 * @example
 * ```ts
 * for (const test of rateLimiterContract(makeLimiter)) it(test.name, test.run)
 * ```
 */
export function rateLimiterContract(makeLimiter: () => Promise<RateLimiterHarness>): readonly ContractCase[] {
  return Object.entries(themes).flatMap(([theme, tests]) =>
    Object.entries(tests).map(([sentence, test]) => ({
      name: `${theme}: ${sentence}`,
      run: async () => withStopwatch(await makeLimiter(), test),
    })),
  )
}
