import { createHash } from 'node:crypto'
import type { RateBucket, RateLimiter } from '@switchboard/core'
import { prepareScript, type RedisClient } from './client.js'
import { configuration, invalidInput } from './errors.js'
import { createPatience } from './patience.js'
import { mostAheadMs, pauseScript, takeScript } from './scripts.js'

export interface RedisRateLimiterOptions {
  /**
   * An `ioredis` client of yours, `Redis` or `Cluster`, for other things too. It is never closed here, and listening to its
   * `error` event is up to you.
   */
  readonly client: RedisClient
  /** What the keys begin with, in braces. Limiters with the same one share their buckets. Default `switchboard`. */
  readonly prefix?: string
  /** How long Redis may take to answer, connecting included, in milliseconds. Default 1 000. */
  readonly timeoutMs?: number
}

/**
 * Rates that all processes with the same Redis keep together: an account is held to its pace however many of them send.
 * Pass it to `createBot` as `limiter`.
 *
 * - Redis 6 or newer. One round trip a message, by a script, with Redis's own clock: those of the workers do not matter.
 * - A bucket is one small key, that goes by itself when the bucket is full: at most as many as there were recipients within
 *   the time that takes, with Meta's limits five minutes. Nothing is lost with Redis's data but the pace of that time.
 * - Keys are digests (`{switchboard}:rate:…`): no phone number stands in Redis, its slow log or its dumps.
 * - On a cluster all keys of one prefix lie in one slot, since a script may see one slot only: one node does the work
 *   of one prefix. Bots that share no number can take a prefix each.
 * - A Redis that does not answer in time makes the calls fail: those that wait for it by then, and from then on all at once
 *   until it answers again. The bot sends without it meanwhile, and tells so once a minute.
 *
 * @throws {SwitchboardError} `configuration` for options that cannot work; from both methods `limiter_failed` when Redis does
 * not answer (retryable) or refuses, and `invalid_input` for numbers that are none
 *
 * @example
 * ```ts
 * import { redisRateLimiter } from '@switchboard/storage/redis'
 * import { Redis } from 'ioredis'
 *
 * const limiter = redisRateLimiter({ client: new Redis('redis://localhost:6379') })
 * ```
 */
export function redisRateLimiter(options: RedisRateLimiterOptions): RateLimiter {
  const { client, prefix = 'switchboard', timeoutMs = 1_000 } = options
  check(options)
  const inTime = createPatience(timeoutMs)
  const takePlaces = prepareScript(client, takeScript)
  const pauseBucket = prepareScript(client, pauseScript)

  /** The digest of a key's UTF-16: in UTF-8 two different keys could be the same. */
  function nameOf(key: string): string {
    return `{${prefix}}:rate:${createHash('sha256').update(key, 'utf16le').digest('base64url')}`
  }

  return {
    async take(buckets, maxWaitMs) {
      const most = Math.max(-1, Math.min(number('maxWaitMs', maxWaitMs), mostAheadMs))
      const values = [most, ...buckets.flatMap(limitOf)]
      const names = buckets.map(({ key }) => nameOf(key))
      const [granted, waitMs = 0] = await inTime(() => takePlaces(names, values))
      return { granted: granted === 1, waitMs }
    },
    async pause(key, ms) {
      const length = Math.max(0, Math.min(number('a pause', ms), longestPauseMs))
      await inTime(() => pauseBucket([nameOf(key)], [length]))
    },
  }
}

/** Over thirty years. */
const longestPauseMs = 1e12

/** Burst and pace; 0 for no limit. */
function limitOf({ limit }: RateBucket): [burst: number, everyMs: number] {
  if (!limit) return [0, 0]
  const { burst, everyMs } = limit
  if (!(burst > 0 && everyMs >= 0 && Number.isFinite(burst * everyMs))) {
    throw invalidInput(`a limit of ${burst} at once, then one in ${everyMs} ms, cannot be kept`)
  }
  return [burst, everyMs]
}

function number(name: string, value: number): number {
  if (!Number.isNaN(value)) return value
  throw invalidInput(`${name} is ${value}: give milliseconds`)
}

function check({ client, prefix = 'switchboard', timeoutMs = 1_000 }: RedisRateLimiterOptions): void {
  if (typeof client?.evalsha !== 'function' || typeof client.eval !== 'function') {
    throw configuration('`client` must be an ioredis client')
  }
  // An empty one or another brace would take the keys of one call to different slots of a cluster.
  if (!/^[^{}]+$/.test(prefix)) throw configuration('`prefix` must be a text without { and }')
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw configuration(`\`timeoutMs\` must be a number of milliseconds above 0, not ${timeoutMs}`)
  }
}
