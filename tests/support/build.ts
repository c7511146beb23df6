import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Brings the `dist` of every package and example up to date, for tests that start a program. Quick when nothing
 * changed; safe to call in parallel. Running needs no types: ask for them to test the packages as published.
 */
export async function ensureBuilt(options: { types?: boolean } = {}): Promise<void> {
  const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))
  await promisify(execFile)(process.execPath, [script, ...(options.types ? [] : ['--js'])])
}
