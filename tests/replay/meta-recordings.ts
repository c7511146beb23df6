import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

/**
 * Webhooks and requests that were written down independently of this repository, where they lie beside it: `webhooks/*.json`
 * are bodies, `send/*.json` pairs of request and response, `error-codes.json` a table of codes, `signature-vectors.json`
 * signed bodies.
 */
const folder = fileURLToPath(new URL('../../../shared/contracts/meta', import.meta.url))

export const present = existsSync(folder)
if (!present) console.info(`No recorded Meta traffic in ${folder}: nothing to replay.`)

/** Without recordings there are no such tests, rather than skipped ones. */
export const replays: (name: string, tests: () => void) => void = present ? describe : () => undefined

export const accessToken = 'replayed-access-credential'
export const phoneNumberId = '106540000000001'

export function loadText(...path: string[]): string {
  return readFileSync(join(folder, ...path), 'utf8')
}

export function load<T>(...path: string[]): T {
  return JSON.parse(loadText(...path)) as T
}

export function namesIn(name: string): string[] {
  return present
    ? readdirSync(join(folder, name))
        .filter(file => file.endsWith('.json'))
        .sort()
    : []
}
