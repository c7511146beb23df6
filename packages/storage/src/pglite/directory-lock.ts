import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SwitchboardError } from '@switchboard/core'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js'

export interface DirectoryLock {
  release(): Promise<void>
}

const suffix = '.switchboard-lock'
const beatMs = 5_000

/** A holder on another machine or in another container counts as gone when it has not touched its file for so long. */
const silenceMs = 30_000

/** Two that come at the same moment both step back; then one of them is first. */
const mostTries = 4

/**
 * Takes a directory for this process alone: PGlite does not, and two processes on one directory destroy its data.
 *
 * Everybody first puts down a file of its own and then looks for those of others: of two that come at the same time, at
 * least one sees the other. Files of dead processes are ignored and removed; since no two files ever have the same name,
 * nobody can remove one that somebody else has just put down. After a crash there is nothing to clean up.
 *
 * @throws {SwitchboardError} `locked` when a living process holds it, this one included; `configuration` when it cannot be made
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true }).catch((cause: Error) => {
    throw new SwitchboardError(
      'configuration',
      `The directory ${directory} cannot be made: ${cause.message}`,
      { cause },
    )
  })
  const place = await realpath(directory)
  for (let attempt = 1; ; attempt += 1) {
    const file = await announce(place)
    const holder = await findHolder(place, file)
    if (!holder) return hold(file)
    await rm(file, { force: true })
    if (attempt === mostTries) throw new SwitchboardError('locked', describe(directory, holder))
    await sleep(20 + Math.random() * 60 * attempt)
  }
}

/** Written aside and renamed, so that nobody reads half of it. */
async function announce(place: string): Promise<string> {
  const name = randomUUID()
  const draft = join(place, `${name}.draft`)
  const file = join(place, `${name}${suffix}`)
  await writeFile(draft, JSON.stringify(ownIdentity()))
  await rename(draft, file)
  return file
}

async function findHolder(place: string, own: string): Promise<ProcessIdentity | undefined> {
  const names = await readdir(place)
  for (const name of names.filter(name => name.endsWith(suffix))) {
    const file = join(place, name)
    if (file === own) continue
    const identity = await readIdentity(file)
    if (identity && (isAlive(identity) ?? (await isBeating(file)))) return identity
    await rm(file, { force: true })
  }
  return undefined
}

async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isIdentity(value) ? value : undefined
  } catch (error) {
    // Released since the directory was read, or never written to the end by a machine that lost power.
    if (
      error instanceof SyntaxError ||
      (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    ) {
      return undefined
    }
    throw error
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof value === 'object' && value !== null && 'pid' in value && 'realm' in value
}

async function isBeating(file: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }))
  return Date.now() - mtimeMs < silenceMs
}

function hold(file: string): DirectoryLock {
  const beat = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).catch(() => {})
  }, beatMs)
  beat.unref()
  return {
    async release() {
      clearInterval(beat)
      await rm(file, { force: true })
    },
  }
}

function describe(directory: string, { pid }: ProcessIdentity): string {
  const who = pid === process.pid ? `this process (${pid})` : `the process ${pid}`
  return `The directory ${directory} is held by ${who}: close that store first, or give each process its own directory.`
}
