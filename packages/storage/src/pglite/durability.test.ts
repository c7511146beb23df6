import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ingestOptions, textFrom } from '../testing/events.test.support.js'
import { pgliteStore } from './index.js'

let place: string

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'switchboard-pglite-'))
})

afterEach(() => rm(place, { recursive: true, force: true }))

const source = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))

/** Stores one message after the other and prints the id of each that was acknowledged. */
const program = `
  import { pgliteStore } from ${source('./index.ts')}
  import { ingestOptions, textFrom } from ${source('../testing/events.test.support.ts')}
  const store = pgliteStore({ dataDir: process.argv[1] })
  await store.init()
  for (let index = 0; ; index++) {
    await store.ingest([textFrom('+1555' + index % 3, process.pid + '-' + index)], ingestOptions)
    console.log(process.pid + '-' + index)
  }
`

/** Lets a process write until it has been told of so many messages, and kills it. */
async function writeAndDie(count: number): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    ['--conditions=@switchboard/source', '--import', 'tsx', '--input-type=module', '-e', program, place],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === count) break
  }
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return acknowledged
}

async function storedIds(): Promise<readonly string[]> {
  const store = pgliteStore({ dataDir: place })
  await store.init()
  const conversations = await store.listConversations()
  const messages = await Promise.all(conversations.map(({ id }) => store.listMessages(id, { limit: 500 })))
  await store.close()
  return messages.flat().map(message => message.providerId ?? '')
}

describe('pglite store on a directory', () => {
  it('has everything that was acknowledged before the process was killed, each time anew', async () => {
    const acknowledged: string[] = []
    for (const count of [5, 40, 17]) acknowledged.push(...(await writeAndDie(count)))
    expect(acknowledged).toHaveLength(62)
    const stored = await storedIds()
    expect(acknowledged.filter(id => !stored.includes(id))).toEqual([])
    expect(new Set(stored).size).toBe(stored.length)
  }, 120_000)

  it('refuses a directory in use, and gives it back when it is closed', async () => {
    const first = pgliteStore({ dataDir: place })
    await first.init()
    const second = pgliteStore({ dataDir: place })
    await expect(second.init()).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(String(process.pid)),
    })
    await second.close()
    await first.ingest([textFrom('+1555', 'a')], ingestOptions)
    await first.close()
    await expect(first.progress()).rejects.toMatchObject({ code: 'store_failed' })
    expect(await storedIds()).toEqual(['a'])
  }, 60_000)

  it('lets calls that are under way end before it closes', async () => {
    const store = pgliteStore()
    await store.init()
    const calls = Array.from({ length: 10 }, (_, index) =>
      store.ingest([textFrom('+1', `x${index}`)], ingestOptions),
    )
    await store.close()
    expect((await Promise.all(calls)).flat().map(result => result.kind)).toEqual(
      Array.from({ length: 10 }, () => 'stored'),
    )
  }, 60_000)

  it('takes a directory or an instance, not both', async () => {
    const client = {
      query: async () => ({ rows: [] }),
      exec: async () => [],
      transaction: async () => undefined as never,
    }
    expect(() => pgliteStore({ dataDir: place, client })).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    )
  })
})
