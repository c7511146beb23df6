import { between, ok } from '../assert.js'
import { randomNumbers } from '../random-numbers.js'
import { bucket, type RateLimiterTests } from './stopwatch.js'

/** So slow that the time a case takes does not matter. */
const slow = { burst: 3, everyMs: 50_000 }

export const paceTests: RateLimiterTests = {
  'gives the burst at once and then sends away': async ({ takeNow, refused }) => {
    for (const place of [1, 2, 3]) await takeNow([bucket('a', slow)], `place ${place} of the burst`)
    await refused([bucket('a', slow)], 0, 50_000, 'one more')
    await refused([bucket('a', slow)], 29_000, 50_000, 'one more, with some patience')
  },

  'gives a place when the time has passed that it named': async ({ take, takeNow, advance }) => {
    const quick = { burst: 2, everyMs: 400 }
    for (const place of [1, 2]) await takeNow([bucket('a', quick)], `place ${place} of the burst`)
    for (let round = 1; round <= 3; round++) {
      const { granted, waitMs } = await take([bucket('a', quick)])
      // In real time the place may be free by now.
      if (granted) continue
      await advance(waitMs)
      await takeNow([bucket('a', quick)], `round ${round}, after its wait`)
    }
  },

  'is full again after a while, and never fuller': async ({ take, takeNow, now, advance }) => {
    const quick = { burst: 3, everyMs: 300 }
    for (const place of [1, 2, 3]) await takeNow([bucket('a', quick)], `place ${place} of the burst`)
    await advance(5 * quick.everyMs)
    const start = await now()
    let given = 0
    for (let round = 1; round <= 6; round++) if ((await take([bucket('a', quick)])).granted) given += 1
    const refilled = Math.ceil(((await now()) - start) / quick.everyMs)
    between(given, 3, 3 + refilled, 'places of a bucket that had time to fill up')
  },

  'gives places ahead, one after the other': async ({ takeAhead, refused }) => {
    const limit = { burst: 3, everyMs: 8_000 }
    for (const waitMs of [0, 0, 0, 8_000, 16_000, 24_000]) {
      await takeAhead([bucket('a', limit)], 30_000, waitMs, `the place after ${waitMs} ms`)
    }
    await refused([bucket('a', limit)], 20_000, 32_000, 'one too far ahead')
  },

  'gives places in the order of the calls': async ({ limiter }) => {
    const limit = { burst: 2, everyMs: 2_000 }
    const calls = Array.from({ length: 12 }, () => limiter.take([bucket('a', limit)], 40_000))
    const waits = (await Promise.all(calls)).map(({ waitMs }) => waitMs)
    for (const [index, waitMs] of waits.entries()) {
      const before = waits[index - 1] ?? 0
      ok(waitMs >= before, `the order of the waits: ${waits.join(', ')}`)
    }
    ok((waits.at(-1) ?? 0) > 0, 'the last one has to wait')
  },

  'takes nothing when it refuses': async ({ takeNow, takeAhead, refused }) => {
    for (const place of [1, 2, 3]) await takeNow([bucket('a', slow)], `place ${place} of the burst`)
    for (const _ of Array(20)) await refused([bucket('a', slow)], 10_000, 50_000, 'one too far ahead')
    await takeAhead([bucket('a', slow)], 55_000, 50_000, 'the place that nobody took')
  },

  'gives no place twice, however far ahead': async ({ limiter, now }) => {
    const limit = { burst: 1, everyMs: 25_000 }
    const places: number[] = []
    for (const _ of Array(8)) {
      const { granted, waitMs } = await limiter.take([bucket('a', limit)], 1e9)
      if (granted) places.push((await now()) + waitMs)
    }
    ok(places.length >= 3, `places within a minute: ${places.length}`)
    for (const [index, place] of places.entries()) {
      const before = places[index - 1]
      if (before !== undefined) ok(place - before > 20_000, `distinct places: ${places.join(', ')}`)
    }
  },

  'heeds fractions': async ({ takeNow, refused }) => {
    const limit = { burst: 2.5, everyMs: 20_000.5 }
    for (const place of [1, 2]) await takeNow([bucket('a', limit)], `place ${place} of the burst`)
    await refused([bucket('a', limit)], 0, 10_001, 'half a place too few')
    const third = { burst: 1, everyMs: 100_000 / 3 }
    await takeNow([bucket('b', third)], 'the one place')
    await refused([bucket('b', third)], 0, 33_334, 'one more')
  },

  'takes a pace of nothing for no limit': async ({ takeNow }) => {
    for (const _ of Array(50)) await takeNow([bucket('a', { burst: 1, everyMs: 0 })], 'a place')
  },

  'reckons with years': async ({ takeNow, refused }) => {
    const limit = { burst: 1, everyMs: 1e12 }
    await takeNow([bucket('a', limit)], 'the one place')
    await refused([bucket('a', limit)], 1_000, 1e12, 'one more')
  },

  'keeps to the rate in any span, whatever the calls': async ({ take, now, advance }) => {
    const limit = { burst: 4, everyMs: 12.5 }
    const random = randomNumbers(4_711)
    const given: { readonly earliest: number; readonly latest: number }[] = []
    for (let call = 0; call < 150; call++) {
      if (random.chance(0.1)) await advance(random.integer(30))
      const before = await now()
      const { granted, waitMs } = await take([bucket('a', limit)], random.integer(80))
      if (granted) given.push({ earliest: before + waitMs, latest: (await now()) + waitMs })
    }
    ok(given.length > limit.burst, 'more than the burst was given')
    for (const [index, { latest }] of given.entries()) {
      for (const [step, { earliest }] of given.slice(0, index).entries()) {
        const places = index - step + 1
        const most = limit.burst + (latest - earliest + 1) / limit.everyMs
        ok(places <= most + 1e-6, `${places} places within ${latest - earliest} ms`)
      }
    }
  },
}
