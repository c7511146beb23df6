import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from './directory-lock.js'
import { ownIdentity } from './process-identity.js'

let place: string
const children = new Set<ChildProcess>()

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'switchboard-lock-'))
})

afterEach(async () => {
  await Promise.all([...children].map(end))
  await rm(place, { recursive: true, force: true })
})

const program = `
  import { lockDirectory } from ${JSON.stringify(fileURLToPath(new URL('./directory-lock.ts', import.meta.url)))}
  try {
    await lockDirectory(process.argv[1])
    console.log('held')
    setInterval(() => {}, 1000)
  } catch (error) {
    console.log(error.code, error.message)
  }
`

/** Another process that tries to take the directory, and what it says. */
async function contend(directory: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(
    process.execPath,
    ['--conditions=@switchboard/source', '--import', 'tsx', '--input-type=module', '-e', program, directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.add(child)
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  return { child, said: String(chunk).trim() }
}

async function end(child: ChildProcess): Promise<void> {
  children.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function locks(): Promise<readonly string[]> {
  return (await readdir(place)).filter(name => name.endsWith('.switchboard-lock'))
}

/** Puts down the file of another holder. */
async function plant(identity: object, ageMs = 0): Promise<void> {
  const file = join(place, 'planted.switchboard-lock')
  await writeFile(file, JSON.stringify(identity))
  const time = new Date(Date.now() - ageMs)
  await utimes(file, time, time)
}

describe('lockDirectory', () => {
  it('makes the directory, and leaves nothing in it when it is released', async () => {
    const directory = join(place, 'deep', 'er')
    const lock = await lockDirectory(directory)
    await lock.release()
    expect(await readdir(directory)).toEqual([])
  })

  it('refuses a second holder in the same process, by whatever path, until the first is done', async () => {
    const lock = await lockDirectory(place)
    const other = `${place}-link`
    await symlink(place, other)
    try {
      for (const path of [place, other]) {
        await expect(lockDirectory(path)).rejects.toMatchObject({
          code: 'locked',
          message: expect.stringContaining(`${path} is held by this process (${process.pid})`),
        })
      }
      expect(await locks()).toHaveLength(1)
      await lock.release()
      await (await lockDirectory(other)).release()
    } finally {
      await rm(other)
    }
  })

  it('refuses while another process holds it, and names that process', async () => {
    const { child, said } = await contend(place)
    expect(said).toBe('held')
    await expect(lockDirectory(place)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`${place} is held by the process ${child.pid}`),
    })
    expect((await contend(place)).said).toContain(
      `locked The directory ${place} is held by the process ${child.pid}`,
    )
  })

  it('takes over from a process that was killed', async () => {
    const { child } = await contend(place)
    await end(child)
    expect(await locks()).toHaveLength(1)
    const lock = await lockDirectory(place)
    expect(await locks()).toHaveLength(1)
    await lock.release()
  })

  it('is not fooled by another process that got the same number', async () => {
    const own = ownIdentity()
    if (own.startedAt !== undefined) {
      await plant({ ...own, startedAt: String(Number(own.startedAt) - 1) })
      await (await lockDirectory(place)).release()
    }
    await plant(own)
    await expect(lockDirectory(place)).rejects.toMatchObject({ code: 'locked' })
  })

  it('believes a holder elsewhere as long as it shows signs of life', async () => {
    const elsewhere = { pid: 1, startedAt: '1', realm: 'another machine' }
    await plant(elsewhere, 1_000)
    await expect(lockDirectory(place)).rejects.toMatchObject({ code: 'locked' })
    await plant(elsewhere, 120_000)
    const lock = await lockDirectory(place)
    expect(await locks()).toHaveLength(1)
    await lock.release()
  })

  it('ignores a file that was never written to the end', async () => {
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'torn.switchboard-lock'), '{"pid": 12')
    await (await lockDirectory(place)).release()
  })

  it('never has two holders, however many come at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockDirectory(place)))
    const held = outcomes.filter(outcome => outcome.status === 'fulfilled')
    expect(held.length).toBeLessThanOrEqual(1)
    await Promise.all(held.map(outcome => outcome.value.release()))

    const contenders = await Promise.all(Array.from({ length: 4 }, () => contend(place)))
    expect(contenders.filter(({ said }) => said === 'held').length).toBeLessThanOrEqual(1)
    expect(contenders.every(({ said }) => said === 'held' || said.startsWith('locked '))).toBe(true)
    await Promise.all(contenders.map(({ child }) => end(child)))
    await (await lockDirectory(place)).release()
  })
})
