import { z } from 'zod'

/** Variables that are set but empty count as absent, as shells and dashboards often leave them. */
export const text = z.string().trim().min(1).optional()
export const url = z.url({ protocol: /^https?$/ }).optional()

/** What the client takes. It throws at a `%` that encodes nothing, and a database that is no number ends the process (ioredis 6.0). */
export const redisUrl = z
  .string()
  .refine(
    isRedisUrl,
    'must look like redis://user:password@host:6379/0, with %25 for a % in user or password',
  )
  .optional()

function isRedisUrl(value: string): boolean {
  try {
    const { protocol, hostname, username, password, pathname } = new URL(value)
    decodeURIComponent(username + password)
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname)
  } catch {
    return false
  }
}
