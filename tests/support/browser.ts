import { findProgram, isProgram } from './program.js'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

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
  const found = await findProgram({ names, package: 'chromium' })
  if (found) return found
  throw new Error(
    'The browser tests need Chromium: install it (apt-get install chromium) or name one in CHROMIUM_PATH.',
  )
}
