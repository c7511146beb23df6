import { z } from 'zod'

/** Variables that are set but empty count as absent, as shells and dashboards often leave them. */
export const text = z.string().trim().min(1).optional()

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

export const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
  .optional()

/** Of a secret that travels in a header, where blanks, line breaks and letters beyond ASCII have no place. */
export function tokenRule(word: z.ZodString) {
  return word.regex(
    /^[\x21-\x7e]+$/,
    'holds a blank, a line break or another sign that no token has: copy it again',
  )
}

export const token = tokenRule(z.string().trim()).optional()

/** One of several words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` })
}

export function whole(fallback: number, least = 0) {
  return z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine(value => value >= least, `must be at least ${least}`)
    .default(fallback)
}
