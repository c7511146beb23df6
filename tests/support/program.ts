import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
// Two test files may want to install at the same time: apt waits for its own lock.
const aptOptions = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']

export interface WantedProgram {
  /** Any of them will do. */
  readonly names: readonly string[]
  /** Debian's and Ubuntu's package. */
  readonly package: string
}

/** The path of a program: on the PATH, or Debian's, which apt installs when there is none and the tests run as root. */
export async function findProgram({ names, package: name }: WantedProgram): Promise<string | undefined> {
  return (await findOnPath(names)) ?? ((await install(name)) ? await findOnPath(names) : undefined)
}

export async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (await isProgram(path)) return path
    }
  }
  return undefined
}

/** Resolves false where apt is not at hand. Throws what apt says when it fails. */
async function install(name: string): Promise<boolean> {
  const possible = process.getuid?.() === 0 && (await isProgram('/usr/bin/apt-get'))
  if (!possible) return false
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const fetchAndInstall = (): Promise<unknown> =>
    run('apt-get', ['install', ...aptOptions, name], environment)
  // On a fresh machine apt knows no packages before its first update.
  await fetchAndInstall().catch(async () => {
    await run('apt-get', ['update'], environment)
    await fetchAndInstall()
  })
  return true
}
