import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

/**
 * A provider's webhooks and requests that were written down independently of this repository, where they lie beside it:
 * `webhooks/*.json` are bodies, `send/*.json` pairs of request and response.
 *
 * @param provider the name of the folder
 */
export function recordingsOf(provider: string) {
  const folder = fileURLToPath(new URL(`../../../shared/contracts/${provider}`, import.meta.url))
  const present = existsSync(folder)
  if (!present) console.info(`No recorded traffic in ${folder}: nothing to replay.`)
  const loadText = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')
  return {
    folder,
    present,
    /** Without recordings there are no such tests, rather than skipped ones. */
    replays: (name: string, tests: () => void): void => {
      if (present) describe(name, tests)
    },
    loadText,
    load: <T>(...path: string[]) => JSON.parse(loadText(...path)) as T,
    namesIn: (name: string): string[] =>
      present
        ? readdirSync(join(folder, name))
            .filter(file => file.endsWith('.json'))
            .sort()
        : [],
  }
}
