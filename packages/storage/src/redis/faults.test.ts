import { inspect } from 'node:util'
import { type RateLimiter, SwitchboardError } from '@switchboard/core'
import { startRedis } from '@switchboard/test-support/redis-server'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { type RedisClient, redisRateLimiter } from './index.js'

const limit = { burst: 2, everyMs: 600_000 }
const buckets = [{ key: 'account', limit }, { key: 'recipient' }]
const granted = { granted: true, waitMs: 0 }

const clients: Redis[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect()
})

function connect(url: string, options: object = {}): Redis {
  const client = new Redis(url, { retryStrategy: () => 50, ...options })
  client.on('error', () => {})
  clients.push(client)
  return client
}

async function failure(call: Promise<unknown> | unknown): Promise<SwitchboardError> {
  try {
    await call
  } catch (error) {
    if (SwitchboardError.is(error)) return error
    throw error
  }
  throw new Error('it succeeded')
}

/** Asks until it gets an answer. */
async function recovered(limiter: RateLimiter, wanted = buckets): Promise<void> {
  await expect
    .poll(() => Promise.resolve(limiter.take(wanted, 0)).catch(() => 'away'), { timeout: 15_000 })
    .toEqual(granted)
}

describe('a Redis that goes away', () => {
  it('makes calls fail in time, and is used again when it is back', async () => {
    await using server = await startRedis()
    const limiter = redisRateLimiter({ client: connect(server.url), timeoutMs: 300 })
    await recovered(limiter)
    await server.kill()
    for (const _ of Array(3)) {
      const error = await failure(limiter.take(buckets, 0))
      expect(error).toMatchObject({ code: 'limiter_failed', retryable: true })
    }
    expect(await failure(limiter.pause('account', 1_000))).toMatchObject({ code: 'limiter_failed' })
    await server.start()
    await recovered(limiter)
  })

  it('is waited for at the start, no longer than it may take', async () => {
    await using server = await startRedis()
    const early = redisRateLimiter({ client: connect(server.url), timeoutMs: 20_000 })
    expect(await early.take(buckets, 0)).toEqual(granted)
    await server.kill()
    const limiter = redisRateLimiter({ client: connect(server.url), timeoutMs: 300 })
    expect(await failure(limiter.take(buckets, 0))).toMatchObject({ retryable: true })
    await server.start()
    await recovered(limiter)
  })

  it('and keeps the connection: when one call was not answered, others fail at once and are hardly made', async () => {
    await using server = await startRedis()
    const client = connect(server.url)
    const timeoutMs = 300
    let asked = 0
    const counting: RedisClient = {
      eval: (...call) => {
        asked += 1
        return client.eval(...call)
      },
      evalsha: (...call) => {
        asked += 1
        return client.evalsha(...call)
      },
    }
    const limiter = redisRateLimiter({ client: counting, timeoutMs })
    await recovered(limiter)
    await server.freeze()
    const before = asked
    const first = await Promise.allSettled(Array.from({ length: 20 }, () => limiter.take(buckets, 0)))
    expect(first.map(({ status }) => status)).toEqual(Array(20).fill('rejected'))
    expect(asked - before).toBe(20)
    const start = performance.now()
    for (let call = 0; call < 500; call++) await failure(limiter.take(buckets, 0))
    expect(asked - before).toBeLessThanOrEqual(20 + (performance.now() - start) / timeoutMs)
    await server.thaw()
    await recovered(limiter, [])
    const open = await Promise.all(Array.from({ length: 20 }, () => limiter.take([], 0)))
    expect(open).toEqual(Array(20).fill(granted))
  })

  it('holds up one message, not each; the first answer is heeded', async () => {
    let answers = false
    let asked = 0
    const eventually = () => {
      asked += 1
      return answers ? Promise.resolve([1, 0]) : new Promise(() => {})
    }
    const client = { eval: eventually, evalsha: eventually }
    const limiter = redisRateLimiter({ client, timeoutMs: 500 })
    for (let call = 0; call < 3; call++) await failure(limiter.take(buckets, 0))
    expect(asked).toBe(1)
    answers = true
    await recovered(limiter)
    expect(asked).toBe(3)
  })

  it('and comes back to refuse says that, and not that it is away', async () => {
    let answer: Promise<unknown> = new Promise(() => {})
    const client = { eval: () => answer, evalsha: () => answer }
    const limiter = redisRateLimiter({ client, timeoutMs: 50 })
    expect((await failure(limiter.take(buckets, 0))).message).toContain('did not answer')
    answer = Promise.reject(new Error('NOPERM this user has no permissions'))
    answer.catch(() => {})
    await expect
      .poll(async () => (await failure(limiter.take(buckets, 0))).message, { timeout: 15_000 })
      .toContain('NOPERM')
  })

  it('is not taken for away by a process that was busy itself', async () => {
    await using server = await startRedis()
    const limiter = redisRateLimiter({ client: connect(server.url), timeoutMs: 100 })
    await recovered(limiter)
    const answer = limiter.take([], 0)
    const until = performance.now() + 1_500
    while (performance.now() < until) JSON.stringify([...Array(100).keys()])
    expect(await answer).toEqual(granted)
  })

  it('because the client was closed says so', async () => {
    await using server = await startRedis()
    const client = connect(server.url)
    const limiter = redisRateLimiter({ client })
    client.disconnect()
    expect(await failure(limiter.take(buckets, 0))).toMatchObject({
      code: 'limiter_failed',
      message: expect.stringContaining('Connection is closed'),
    })
  })
})

describe('a Redis that forgets', () => {
  it('its scripts: nobody notices', async () => {
    await using server = await startRedis()
    const client = connect(server.url)
    const limiter = redisRateLimiter({ client, timeoutMs: 20_000 })
    for (let round = 0; round < 2; round++) {
      expect(await limiter.take(buckets, 0)).toEqual(granted)
      await limiter.pause('another', 600_000)
      await client.script('FLUSH')
    }
    const grants = Array.from({ length: 20 }, () => limiter.take(buckets, 0))
    expect((await Promise.all(grants)).map(grant => grant.granted)).toEqual(Array(20).fill(false))
    expect(await limiter.take([{ key: 'another' }], 0)).toMatchObject({ granted: false })
  })

  it('everything: the pace starts anew', async () => {
    await using server = await startRedis()
    const client = connect(server.url)
    const limiter = redisRateLimiter({ client, timeoutMs: 20_000 })
    for (let round = 0; round < 3; round++) {
      expect(await limiter.take(buckets, 0)).toEqual(granted)
      expect(await limiter.take(buckets, 0)).toEqual(granted)
      expect(await limiter.take(buckets, 0)).toMatchObject({ granted: false })
      await client.flushall()
    }
  })
})

describe('a Redis that refuses', () => {
  it('says why, whether it may pass, and what to do', async () => {
    await using server = await startRedis()
    const client = connect(server.url)
    const limiter = redisRateLimiter({ client, timeoutMs: 20_000 })
    await limiter.take(buckets, 0)

    const [key = ''] = await client.keys('*')
    await client.del(key)
    await client.hset(key, 'field', 'value')
    const taken = await failure(limiter.take(buckets, 0))
    expect(taken).toMatchObject({ code: 'limiter_failed', retryable: false })
    expect(taken.message).toMatch(/WRONGTYPE.*choose another one/)
    await client.del(key)

    await client.config('SET', 'maxmemory', '1')
    const full = await failure(limiter.take(buckets, 0))
    expect(full).toMatchObject({ code: 'limiter_failed', retryable: true })
    expect(full.message).toContain('OOM')
    await client.config('SET', 'maxmemory', '0')

    await client.call('replicaof', '127.0.0.1', '1')
    expect(await failure(limiter.take(buckets, 0))).toMatchObject({ retryable: true })
    await client.call('replicaof', 'no', 'one')

    await client.call('acl', 'setuser', 'reader', 'on', '>secret-canary', '~*', '+@read')
    const reader = connect(
      server.url.replace('//:', '//reader:').replace(/:[0-9a-f]{24}@/, ':secret-canary@'),
    )
    const forbidden = await failure(redisRateLimiter({ client: reader, timeoutMs: 20_000 }).take(buckets, 0))
    expect(forbidden).toMatchObject({ code: 'limiter_failed', retryable: false })
    expect(forbidden.message).toMatch(/NOPERM.*its user needs/)
    expect(await limiter.take(buckets, 0)).toEqual(granted)
  })

  it('a password: no error holds it, nor the key of a bucket', async () => {
    await using server = await startRedis()
    const url = server.url.replace(/:[0-9a-f]{24}@/, ':secret-canary@')
    const options = { maxRetriesPerRequest: 0, protocol: 2 as const }
    const limiter = redisRateLimiter({ client: connect(url, options), timeoutMs: 20_000 })
    const error = await failure(limiter.take([{ key: 'phone-canary', limit }], 0))
    expect(error.code).toBe('limiter_failed')
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary')
  })
})

describe('a client that is none', () => {
  it.each([
    ['nothing', undefined],
    ['a text', 'OK'],
    ['an empty list', []],
    ['a list of texts', ['yes', 'now']],
    ['a list of nothing', [null, null]],
    ['a list of empty texts', ['', '']],
  ])('and answers with %s is told', async (_name, answer) => {
    const client = { eval: async () => answer, evalsha: async () => answer }
    expect(await failure(redisRateLimiter({ client }).take(buckets, 0))).toMatchObject({
      code: 'limiter_failed',
      retryable: false,
      message: expect.stringContaining('not of its script'),
    })
  })

  it('or throws at once, is an error like another', async () => {
    const broken = () => {
      throw 'no error at all'
    }
    const limiter = redisRateLimiter({ client: { eval: broken, evalsha: broken } })
    for (const _ of Array(3)) {
      expect(await failure(limiter.take(buckets, 0))).toMatchObject({ code: 'limiter_failed' })
    }
  })

  it('with numbers as texts will do, and so will a prefix of its own and pipelines made by itself', async () => {
    await using server = await startRedis()
    const options = { stringNumbers: true, keyPrefix: 'mine:', enableAutoPipelining: true }
    const client = connect(server.url, options)
    const limiter = redisRateLimiter({ client, timeoutMs: 20_000 })
    const grants = await Promise.all([1, 2, 3].map(() => limiter.take(buckets, 0)))
    expect(grants.map(grant => grant.granted)).toEqual([true, true, false])
    expect(await client.keys('*')).toEqual([expect.stringMatching(/^mine:\{switchboard\}:rate:/)])
  })
})
