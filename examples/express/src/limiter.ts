import type { RateLimiter } from '@switchboard/core'
import { describeError } from '@switchboard/core'
import { redisRateLimiter } from '@switchboard/storage/redis'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Config } from './config.js'

/** What keeps the pace of numbers. Without a limiter the bot keeps it in this process. */
export interface Pace extends AsyncDisposable {
  readonly limiter?: RateLimiter
}

/** A Redis that is away is tried again every few seconds: that need not be told each time. */
const tellEveryMs = 60_000

/** A pace that all processes with this Redis share, where one is configured. It may come, go and come back at any time. */
export function connectPace({ REDIS_URL }: Config, logger: Logger): Pace {
  if (REDIS_URL === undefined) return { async [Symbol.asyncDispose]() {} }
  // A call that waits for a connection fails with the first try to get one, instead of the twentieth.
  const client = new Redis(REDIS_URL, { maxRetriesPerRequest: 1 })
  let told: number | undefined
  client.on('error', (error: Error) => {
    if (told !== undefined && performance.now() - told < tellEveryMs) return
    told = performance.now()
    // Of a name with several addresses there are several errors, and no words of its own.
    const words = describeError(error) || (error as { code?: unknown }).code
    logger.warn(
      { error: words },
      'REDIS_URL: Redis is away, messages go out without the shared pace until it is back',
    )
  })
  client.on('ready', () => {
    if (told !== undefined) logger.info('Redis is back')
    told = undefined
  })
  return {
    limiter: redisRateLimiter({ client }),
    async [Symbol.asyncDispose]() {
      client.disconnect()
    },
  }
}
