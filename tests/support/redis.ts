import { startRedis } from './redis-server.js'

export interface TestRedis extends AsyncDisposable {
  readonly url: string
}

/**
 * A Redis for one test file: the one that `REDIS_URL` names, which keys of your own keep apart from others, or a private
 * one that goes with it.
 */
export async function openRedis(): Promise<TestRedis> {
  const external = process.env.REDIS_URL
  if (external) return { url: external, async [Symbol.asyncDispose]() {} }
  return startRedis()
}
