import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
// Two test files may want to install at the same time: apt waits for its own lock.
const aptOptions = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']

/** How Chromium is started in tests: without a screen, alone, and without calling home. */
export const chromiumFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * The path of a Chromium: the one that `CHROMIUM_PATH` names, or one on the PATH, or Debian's, which is installed by
 * apt when there is none and the tests run as root.
 *
 * @throws When there is none and none can be installed: browser tests fail then, they are never skipped.
 */
export async function findChromium(): Promise<string> {
  const given = process.env.CHROMIUM_PATH
  if (given) {
    if (await isProgram(given)) return given
    throw new Error(`CHROMIUM_PATH names "${given}", which is no program.`)
  }
  const found = (await findOnPath()) ?? ((await installChromium()) ? await findOnPath() : undefined)
  if (found) return found
  throw new Error(
    'The browser tests need Chromium: install it (apt-get install chromium) or name one in CHROMIUM_PATH.',
  )
}

async function findOnPath(): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (await isProgram(path)) return path
    }
  }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Resolves false where apt is not at hand. Throws what apt says when it fails. */
async function installChromium(): Promise<boolean> {
  const possible = process.getuid?.() === 0 && (await isProgram('/usr/bin/apt-get'))
  if (!possible) return false
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const install = (): Promise<unknown> => run('apt-get', ['install', ...aptOptions, 'chromium'], environment)
  // On a fresh machine apt knows no packages before its first update.
  await install().catch(async () => {
    await run('apt-get', ['update'], environment)
    await install()
  })
  return true
}
