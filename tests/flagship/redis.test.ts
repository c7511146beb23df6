import { startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import { startRedis } from '@switchboard/test-support/redis-server'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { connectTo, disposables, runFlagship, startFlagship } from './flagship.js'

describe('REDIS_URL', () => {
  it.each([
    ['no URL', 'canary-password@localhost'],
    ['no host', 'redis://'],
    ['no slashes', 'redis:localhost'],
    ['another protocol', 'http://:canary-password@localhost:6379'],
    ['a port that is none', 'redis://:canary-password@localhost:99999'],
    ['a database that is no number', 'redis://:canary-password@localhost:6379/bot'],
    ['a password that is not encoded', 'redis://:canary-password%zz@localhost:6379'],
  ])('with %s is refused at start, without repeating it', async (_name, REDIS_URL) => {
    const { status, output } = await runFlagship({ REDIS_URL })
    expect(status).toBe(78)
    expect(output).toMatch(/REDIS_URL: must look like/)
    expect(output).not.toContain('canary')
    expect(output).not.toContain('    at ')
  })

  it('names a Redis that may be away at the start, come, and go again: everybody is answered, once', async () => {
    await using running = disposables()
    const redis = running.use(await startRedis())
    await redis.kill()
    const emulator = running.use(await startEmulator())
    const { url: DATABASE_URL } = running.use(await createDatabase())
    const environment = connectTo(emulator, { DATABASE_URL, REDIS_URL: redis.url })
    const flagship = running.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    const alex = emulator.person('Alex Rivera')
    const told = (words: string) =>
      expect.poll(() => flagship.output().split(words).length - 1, { timeout: 20_000 })

    await alex.text('Are you there?')
    await emulator.ledger.waitForSent(1, 20_000)
    await told('Redis is away').toBe(1)
    await told('the rate limiter').toBe(1)

    await redis.start()
    await told('Redis is back').toBe(1)
    await alex.text('And now?')
    await emulator.ledger.waitForSent(2, 20_000)
    const client = new Redis(redis.url)
    await expect.poll(() => client.info('commandstats')).toContain('cmdstat_eval')
    client.disconnect()

    await redis.kill()
    await alex.text('Still there?')
    await emulator.ledger.waitForSent(3, 20_000)
    expect(emulator.ledger.sent()).toHaveLength(3)
    expect(await flagship.stop()).toBe(0)
    // Once since it was back. That messages go without it is told once a minute.
    await told('Redis is away').toBe(2)
    await told('the rate limiter').toBeLessThanOrEqual(2)
    expect(flagship.output()).not.toContain(new URL(redis.url).password)
  }, 90_000)
})
