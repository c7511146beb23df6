import { type Bot, type Channel, createBot, type RateLimiter, type SendLimits } from '@switchboard/core'
import { fakeChannel } from '@switchboard/core/testing'
import { postgresStore } from '@switchboard/storage/postgres'
import { redisRateLimiter } from '@switchboard/storage/redis'
import { createDatabase } from '@switchboard/test-support/postgres'
import { type RedisServer, startRedis } from '@switchboard/test-support/redis-server'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { echo } from './embedded-bot.js'

/** A timer may fire this much too early, by another clock. */
const earlyMs = 5

interface Attempt {
  readonly bot: number
  readonly at: number
  readonly to: string
}

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** Two bots on one database and one number, each with a connection to Redis of its own, as two processes have it. */
async function twoBots(limits: SendLimits, server: RedisServer, timeoutMs = 20_000) {
  const database = await createDatabase()
  endings.push(() => database.drop())
  const provider = fakeChannel({ limits })
  const attempts: Attempt[] = []
  const errors: string[] = []

  async function start(bot: number): Promise<Bot> {
    const client = new Redis(server.url, { maxRetriesPerRequest: 1 })
    client.on('error', () => {})
    endings.push(async () => client.disconnect())
    const limiter: RateLimiter = redisRateLimiter({ client, timeoutMs })
    const channel: Channel = {
      ...provider,
      send(message, options) {
        attempts.push({ bot, at: performance.now(), to: message.to.value })
        return provider.send(message, options)
      },
    }
    const store = postgresStore({ connectionString: database.url })
    const buffer = { quietMs: 50 }
    const started = createBot({ channels: [channel], store, respond: echo, buffer, limiter, sweepMs: 500 })
    endings.push(() => started.close())
    started.on('error', (error, where) => errors.push(`${where}: ${error}`))
    await started.ready()
    started.work()
    return started
  }

  const bots = [await start(0), await start(1)] as const
  return {
    bots,
    provider,
    attempts,
    errors,
    /** Everybody writes at once, each to one of the bots in turn. */
    async write(people: readonly string[]): Promise<void> {
      const answers = people.map((from, index) =>
        bots[(index % 2) as 0 | 1].fetch(provider.request(provider.text('hello', { from }))),
      )
      for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200)
    },
  }
}

const people = (count: number, first = 1_000) =>
  Array.from({ length: count }, (_, index) => `+1202555${first + index}`)

describe('two bots with one number', () => {
  it('keep its pace together', async () => {
    await using server = await startRedis()
    const account = { burst: 3, everyMs: 80 }
    const { attempts, errors, provider, write } = await twoBots({ account }, server)
    const start = performance.now()
    await write(people(24))
    await expect.poll(() => provider.sent.length, { timeout: 30_000 }).toBe(24)
    expect(attempts).toHaveLength(24)
    expect(new Set(attempts.map(({ to }) => to)).size).toBe(24)
    for (const [index, { at }] of attempts.entries()) {
      const earliest = Math.max(0, index + 1 - account.burst) * account.everyMs
      expect(at - start).toBeGreaterThanOrEqual(earliest - earlyMs)
    }
    expect(new Set(attempts.map(({ bot }) => bot))).toEqual(new Set([0, 1]))
    expect(errors).toEqual([])
  }, 60_000)

  it('leave the provider alone together, when it asks one of them to', async () => {
    await using server = await startRedis()
    const { bots, attempts, provider, write } = await twoBots({}, server)
    const waitMs = 1_500
    provider.scriptSends({ kind: 'refused', retryable: true, scope: 'account', retryAfterMs: waitMs })
    const retrying = new Promise(resolve => bots[0].on('message.retrying', resolve))
    await write(people(1))
    await retrying
    const [refused] = attempts
    await write(people(4, 2_000))
    await expect.poll(() => provider.sent.length, { timeout: 30_000 }).toBe(5)
    for (const { at } of attempts.slice(1)) {
      expect(at - (refused?.at ?? 0)).toBeGreaterThanOrEqual(waitMs - earlyMs)
    }
    expect(new Set(attempts.slice(1).map(({ bot }) => bot))).toEqual(new Set([0, 1]))
  }, 60_000)

  it('answer everybody, once, while Redis is gone and when it is back', async () => {
    await using server = await startRedis()
    const { attempts, errors, provider, write } = await twoBots(
      { account: { burst: 5, everyMs: 20 } },
      server,
    )
    await write(people(6))
    await server.kill()
    await write(people(6, 2_000))
    await expect.poll(() => provider.sent.length, { timeout: 30_000 }).toBe(12)
    await server.start()
    await write(people(6, 3_000))
    await expect.poll(() => provider.sent.length, { timeout: 30_000 }).toBe(18)
    expect(attempts).toHaveLength(18)
    expect(new Set(attempts.map(({ to }) => to)).size).toBe(18)
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.length).toBeLessThanOrEqual(2)
    for (const error of errors)
      expect(error).toMatch(/^the rate limiter: .*Redis (did not answer|cannot be asked)/)
  }, 60_000)
})
