import { bucket, type RateLimiterTests } from './stopwatch.js'

const once = { burst: 1, everyMs: 50_000 }
const thrice = { burst: 3, everyMs: 50_000 }

/** What addresses and accounts may be made of, and what a careless limiter trips over. */
const oddKeys: readonly string[] = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  'a b',
  'a\nb',
  'a\u0000b',
  'a:b',
  '*',
  '{a}',
  '{a}:b',
  '["meta","15550009999"]',
  '["meta","15550009999","phone","+15550001234"]',
  "'; drop table x; --",
  '__proto__',
  'constructor',
  'ü',
  'u\u0308',
  '你好',
  '😀',
  '\ud83d',
  '\ude00',
  `${'long '.repeat(2_000)}1`,
  `${'long '.repeat(2_000)}2`,
]

export const bucketTests: RateLimiterTests = {
  'keeps them apart': async ({ takeNow, refused }) => {
    await takeNow([bucket('a', once)], 'the place of one')
    await takeNow([bucket('b', once)], 'the place of another')
    await refused([bucket('a', once)], 0, 50_000, 'one more of the first')
  },

  'keeps any two keys apart, whatever they are made of': async ({ takeNow, refused }) => {
    for (const key of oddKeys) await takeNow([bucket(key, once)], `the place of ${JSON.stringify(key)}`)
    for (const key of oddKeys)
      await refused([bucket(key, once)], 0, 50_000, `one more of ${key.slice(0, 50)}`)
  },

  'takes from each of them': async ({ takeNow, refused }) => {
    await takeNow([bucket('a', once), bucket('b', thrice)], 'a place of both')
    await refused([bucket('a', once)], 0, 50_000, 'one more of the first')
    for (const place of [2, 3]) await takeNow([bucket('b', thrice)], `place ${place} of the second`)
    await refused([bucket('b', thrice)], 0, 50_000, 'one more of the second')
  },

  'takes from none when one has nothing': async ({ takeNow, refused }) => {
    await takeNow([bucket('a', once)], 'the only place of the first')
    for (const _ of Array(5)) {
      await refused([bucket('a', once), bucket('b', thrice)], 0, 50_000, 'the empty one first')
      await refused([bucket('b', thrice), bucket('a', once)], 0, 50_000, 'the empty one last')
    }
    for (const place of [1, 2, 3]) await takeNow([bucket('b', thrice)], `place ${place} of the second`)
  },

  'waits for the latest': async ({ takeNow, takeAhead, refused }) => {
    const soon = { burst: 1, everyMs: 20_000 }
    const later = { burst: 1, everyMs: 40_000 }
    await takeNow([bucket('soon', soon), bucket('later', later)], 'a place of both')
    const both = [bucket('soon', soon), bucket('later', later)]
    await refused(both, 30_000, 40_000, 'both, within a time that only one keeps')
    await takeAhead(both, 45_000, 40_000, 'both')
  },

  'holds none up for the wait for another': async ({ takeNow, takeAhead, refused }) => {
    await takeNow([bucket('account', thrice), bucket('person', once)], 'a place of both')
    await takeAhead(
      [bucket('account', thrice), bucket('person', once)],
      60_000,
      50_000,
      'the next of the person',
    )
    await takeNow([bucket('account', thrice), bucket('another', once)], 'the third place of the account')
    await refused([bucket('account', thrice)], 0, 50_000, 'one more of the account')
  },

  'wants nothing of those without a limit': async ({ takeNow, refused }) => {
    for (const _ of Array(20)) await takeNow([bucket('free')], 'a place without a limit')
    await takeNow([bucket('free'), bucket('a', once)], 'with one that has a limit')
    await refused([bucket('free'), bucket('a', once)], 0, 50_000, 'one more')
    await takeNow([bucket('free')], 'a place without a limit, after that')
    await takeNow([], 'no bucket at all')
  },

  'takes from many in one call': async ({ takeNow, refused }) => {
    const many = Array.from({ length: 40 }, (_, index) => bucket(`bucket ${index}`, once))
    await takeNow(many, 'a place of each')
    await refused(many.slice(39), 0, 50_000, 'one more of the last')
    await refused(many.slice(0, 1), 0, 50_000, 'one more of the first')
  },

  'knows thousands': async ({ limiter, takeNow, refused }) => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `person ${index}`)
    await Promise.all(keys.map(async key => limiter.take([bucket(key, once)], 0)))
    for (const key of keys.filter((_, index) => index % 500 === 0)) {
      await refused([bucket(key, once)], 0, 50_000, `one more of ${key}`)
    }
    await takeNow([bucket('another person', once)], 'the place of one more')
  },
}
