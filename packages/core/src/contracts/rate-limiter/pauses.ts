import { equal } from '../assert.js'
import { bucket, type RateLimiterTests } from './stopwatch.js'

const thrice = { burst: 3, everyMs: 50_000 }

export const pauseTests: RateLimiterTests = {
  'give nothing for as long, limited or not': async ({ limiter, takeNow, refused }) => {
    await limiter.pause('a', 40_000)
    await limiter.pause('b', 40_000)
    await refused([bucket('a')], 0, 40_000, 'without a limit')
    await refused([bucket('b', thrice)], 0, 40_000, 'with a limit')
    await takeNow([bucket('c', thrice)], 'another bucket')
  },

  'end by themselves': async ({ limiter, take, takeNow, advance }) => {
    await limiter.pause('a', 400)
    const { granted, waitMs } = await take([bucket('a')])
    // In real time it may be over by now.
    if (!granted) await advance(waitMs)
    await takeNow([bucket('a')], 'after the pause')
  },

  'let places be taken for the time after them': async ({ limiter, takeAhead, refused }) => {
    await limiter.pause('a', 20_000)
    for (const place of [1, 2, 3]) {
      await takeAhead([bucket('a', thrice)], 30_000, 20_000, `place ${place} after the pause`)
    }
    await refused([bucket('a', thrice)], 30_000, 70_000, 'one more')
  },

  'hold up whoever needs another bucket too, who takes nothing there': async ({
    limiter,
    takeNow,
    refused,
  }) => {
    await limiter.pause('a', 40_000)
    for (const _ of Array(5)) {
      await refused([bucket('b', thrice), bucket('a')], 0, 40_000, 'both')
    }
    for (const place of [1, 2, 3]) await takeNow([bucket('b', thrice)], `place ${place} of the other`)
  },

  'are not cut short by shorter ones': async ({ limiter, refused }) => {
    await limiter.pause('a', 40_000)
    await limiter.pause('a', 1_000)
    await limiter.pause('a', 0)
    await refused([bucket('a')], 0, 40_000, 'the longer pause')
  },

  'are made longer by longer ones': async ({ limiter, refused }) => {
    await limiter.pause('a', 10_000)
    await limiter.pause('a', 40_000)
    await refused([bucket('a')], 20_000, 40_000, 'the longer pause')
  },

  'forget no place that was taken': async ({ limiter, takeNow, refused }) => {
    for (const place of [1, 2, 3]) await takeNow([bucket('a', thrice)], `place ${place} of the burst`)
    await limiter.pause('a', 1)
    await refused([bucket('a', thrice)], 0, 50_000, 'one more')
    await limiter.pause('a', 90_000)
    await refused([bucket('a', thrice)], 0, 90_000, 'one more, in a pause that is longer')
  },

  'of no length change nothing': async ({ limiter, takeNow }) => {
    await limiter.pause('a', 0)
    await takeNow([bucket('a')], 'after a pause of nothing')
    equal(await limiter.pause('b', 0.5), undefined, 'what a pause gives')
  },

  'may last for years': async ({ limiter, refused }) => {
    await limiter.pause('a', 1e12)
    await refused([bucket('a', thrice)], 1_000, 1e12, 'a pause of thirty years')
  },
}
