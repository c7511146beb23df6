import { randomUUID } from 'node:crypto'
import { inProcessRateLimiter, type RateBucket } from '@switchboard/core'
import { rateLimiterContract } from '@switchboard/core/contracts'
import { openRedis, type TestRedis } from '@switchboard/test-support/redis'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisRateLimiter } from './index.js'

let server: TestRedis
let client: Redis

beforeAll(async () => {
  server = await openRedis()
  client = new Redis(server.url)
})

afterAll(async () => {
  const keys = await client.keys('{test *')
  if (keys.length > 0) await client.del(keys)
  client.disconnect()
  await server[Symbol.asyncDispose]()
})

const ownPrefix = () => `test ${randomUUID()}`
// Long enough for a machine that is busy with other tests.
const timeoutMs = 20_000

/** The time by which Redis reckons, in milliseconds. */
async function redisNow(): Promise<number> {
  const [seconds, micros] = await client.time()
  return Number(seconds) * 1_000 + Number(micros) / 1_000
}

describe('Redis rate limiter', () => {
  const cases = rateLimiterContract(async () => ({
    limiter: redisRateLimiter({ client, prefix: ownPrefix(), timeoutMs }),
    now: redisNow,
    // Timers may fire a little early by another clock.
    advance: ms => new Promise(resolve => setTimeout(resolve, ms + 2)),
    close: async () => {},
  }))
  for (const test of cases) it(test.name, test.run)
})

describe('beside the limiter in process', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const limit = fc.record({
    burst: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.double({ min: 1, max: 5, noNaN: true })),
    everyMs: fc.oneof(fc.integer({ min: 500, max: 9_000 }), fc.double({ min: 500, max: 9_000, noNaN: true })),
  })
  const bucket = fc
    .record({ key, limit: fc.option(limit, { nil: undefined }) })
    .map(({ limit: pace, ...named }): RateBucket => ({ ...named, ...(pace && { limit: pace }) }))
  const take = fc.record({
    kind: fc.constant('take' as const),
    buckets: fc.array(bucket, { maxLength: 4 }),
    maxWaitMs: fc.integer({ min: 0, max: 70_000 }),
  })
  const pause = fc.record({
    kind: fc.constant('pause' as const),
    key,
    ms: fc.integer({ min: -10, max: 30_000 }),
  })
  const steps = fc.array(fc.oneof({ arbitrary: take, weight: 5 }, { arbitrary: pause, weight: 1 }), {
    maxLength: 25,
  })

  it('it gives the same places, whatever the calls', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async calls => {
        let now = 0
        const model = inProcessRateLimiter({ clock: { now: () => now, after: () => () => undefined } })
        const limiter = redisRateLimiter({ client, prefix: ownPrefix(), timeoutMs })
        // What rounding and the time between two commands may have added up to.
        let slack = 1
        for (const call of calls) {
          // Sent together, so Redis does them one right after the other.
          const before = redisNow()
          const answer =
            call.kind === 'take'
              ? limiter.take(call.buckets, call.maxWaitMs)
              : limiter.pause(call.key, call.ms)
          const after = redisNow()
          const actual = await answer
          now = await before
          slack += 1 + (await after) - now
          if (call.kind === 'pause') {
            model.pause(call.key, call.ms)
            continue
          }
          const expected = await model.take(call.buckets, call.maxWaitMs)
          // Too near the edge to say who is right.
          fc.pre([call.maxWaitMs, 60_000].every(edge => Math.abs(expected.waitMs - edge) > slack))
          expect(actual).toMatchObject({ granted: expected.granted })
          expect(Math.abs((actual?.waitMs ?? Number.NaN) - expected.waitMs)).toBeLessThanOrEqual(slack)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('what it leaves in Redis', () => {
  const limit = { burst: 3, everyMs: 700_000 }

  it('a key for each bucket, which goes when the bucket is full and its pause over', async () => {
    const prefix = ownPrefix()
    const limiter = redisRateLimiter({ client, prefix, timeoutMs })
    const keysNow = () => client.keys(`{${prefix}}:*`)
    await limiter.take([{ key: 'a', limit }, { key: 'b' }], 0)
    const [key = ''] = await keysNow()
    expect(await client.pttl(key)).toBeGreaterThan(0)
    expect(await client.pttl(key)).toBeLessThanOrEqual(700_000)
    await limiter.take([{ key: 'a', limit }], 0)
    expect(await client.pttl(key)).toBeLessThanOrEqual(1_400_000)
    expect(await client.pttl(key)).toBeGreaterThan(700_000)
    await limiter.pause('a', 9_000_000)
    expect(await client.pttl(key)).toBeGreaterThan(1_400_000)
    expect(await client.pttl(key)).toBeLessThanOrEqual(9_000_000)
    expect(await keysNow()).toEqual([key])
  })

  it('nothing of a bucket that is full', async () => {
    const prefix = ownPrefix()
    const limiter = redisRateLimiter({ client, prefix, timeoutMs })
    await limiter.take([{ key: 'a', limit: { burst: 1, everyMs: 0 } }, { key: 'b' }], 0)
    await limiter.pause('c', 0)
    await limiter.pause('d', -5_000)
    await limiter.take([{ key: 'e', limit: { burst: 1, everyMs: 1 } }], 0)
    await expect.poll(() => client.keys(`{${prefix}}:*`), { timeout: 10_000 }).toEqual([])
  })

  it('neither a phone number nor another word of a key', async () => {
    const prefix = ownPrefix()
    const limiter = redisRateLimiter({ client, prefix, timeoutMs })
    await limiter.take([{ key: '["meta","1","phone","+15550001234"]', limit }], 0)
    const [key = ''] = await client.keys(`{${prefix}}:*`)
    expect(key).toMatch(/:rate:[\w-]{43}$/)
    expect(await client.get(key)).toMatch(/^\d+(\.\d+)? 0$/)
  })
})

describe('what it is given', () => {
  it.each([
    [{ client: undefined }, '`client` must be an ioredis client'],
    [{ client: {} }, '`client` must be an ioredis client'],
    [{ prefix: '' }, '`prefix`'],
    [{ prefix: 'a{b}' }, '`prefix`'],
    [{ timeoutMs: 0 }, '`timeoutMs`'],
    [{ timeoutMs: Number.NaN }, '`timeoutMs`'],
    [{ timeoutMs: 2 ** 31 }, '`timeoutMs`'],
  ])('is checked: %j', (options, words) => {
    expect(() => redisRateLimiter({ client, ...options } as never)).toThrow(words)
  })

  it.each([
    [{ burst: 0, everyMs: 5 }],
    [{ burst: Number.POSITIVE_INFINITY, everyMs: 5 }],
    [{ burst: 1, everyMs: -5 }],
    [{ burst: 1, everyMs: Number.NaN }],
  ])('a limit that cannot be kept is refused: %j', async limit => {
    const limiter = redisRateLimiter({ client, prefix: ownPrefix(), timeoutMs })
    await expect(limiter.take([{ key: 'a', limit }], 0)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/a limit of .* cannot be kept/),
    })
  })

  it('any number will do for a wait or a pause, only not none', async () => {
    const limiter = redisRateLimiter({ client, prefix: ownPrefix(), timeoutMs })
    const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: none } = Number
    expect(await limiter.take([{ key: 'a' }], POSITIVE_INFINITY)).toEqual({ granted: true, waitMs: 0 })
    expect(await limiter.take([{ key: 'a' }], NEGATIVE_INFINITY)).toEqual({ granted: false, waitMs: 0 })
    await limiter.pause('a', NEGATIVE_INFINITY)
    await limiter.pause('b', POSITIVE_INFINITY)
    expect(await limiter.take([{ key: 'b' }], 0)).toMatchObject({ granted: false })
    await expect(limiter.take([], none)).rejects.toThrow('maxWaitMs is NaN')
    await expect(limiter.pause('a', none)).rejects.toThrow('a pause is NaN')
  })
})
