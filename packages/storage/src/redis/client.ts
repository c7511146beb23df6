import { createHash } from 'node:crypto'
import { invalidAnswer, refused } from './errors.js'

/**
 * What is used of a client. One of `ioredis` 5 or 6 is of this shape, `Redis` and `Cluster` alike. For another one write the
 * two methods: each takes a script (or its SHA-1), the number of keys, the keys, and then the other arguments.
 *
 * @example
 * ```ts
 * // A client of node-redis, the packages `redis` and `@redis/client`.
 * const split = (count: number, all: string[]) => ({ keys: all.slice(0, count), arguments: all.slice(count) })
 * const client: RedisClient = {
 *   eval: (script, count, ...all) => redis.eval(script, split(count, all)),
 *   evalsha: (sha1, count, ...all) => redis.evalSha(sha1, split(count, all)),
 * }
 * ```
 */
export interface RedisClient {
  evalsha(sha1: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>
}

/** A script that Redis runs as one: nobody sees half of what it does. */
export type Script = (keys: readonly string[], values: readonly number[]) => Promise<readonly number[]>

/**
 * Makes a script callable in one round trip.
 *
 * The first call carries its text and leaves it with Redis; later ones name it by its digest. A Redis that has forgotten
 * it (a restart, `SCRIPT FLUSH`, another node after a failover) says so before anything has run, and gets the text again.
 */
export function prepareScript(client: RedisClient, text: string): Script {
  const sha1 = createHash('sha1').update(text).digest('hex')
  let known = false

  async function run(args: readonly string[], keyCount: number): Promise<unknown> {
    if (known) {
      try {
        return await client.evalsha(sha1, keyCount, ...args)
      } catch (error) {
        if (!isForgotten(error)) throw error
        known = false
      }
    }
    const answer = await client.eval(text, keyCount, ...args)
    known = true
    return answer
  }

  return async (keys, values) => {
    const args = [...keys, ...values.map(String)]
    const answer = await run(args, keys.length).catch((error: unknown) => {
      throw refused(error)
    })
    // With `stringNumbers` the client gives texts.
    const numbers = Array.isArray(answer)
      ? answer.map(value => (typeof value === 'string' ? Number.parseFloat(value) : value))
      : []
    if (numbers.length === 0 || !numbers.every(Number.isFinite)) throw invalidAnswer()
    return numbers
  }
}

/** Redis, "EVALSHA": `NOSCRIPT No matching script. Please use EVAL.` */
function isForgotten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
