import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.mjs'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'switchboard-lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rmSync(directory, { recursive: true }))

test('tasks run one at a time and the lock goes with the last', async () => {
  let inside = 0
  const most = await Promise.all(
    Array.from({ length: 5 }, () =>
      withLock(path, async () => {
        inside += 1
        const seen = inside
        await setImmediate()
        inside -= 1
        return seen
      }),
    ),
  )
  expect(most).toEqual([1, 1, 1, 1, 1])
  expect(existsSync(path)).toBe(false)
})

test('a failing task gives the lock back', async () => {
  const failing = withLock(path, () => Promise.reject(new Error('broken')))
  await expect(failing).rejects.toThrow('broken')
  expect(await withLock(path, async () => 'next')).toBe('next')
})

test('a lock whose owner is gone is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(path, String(pid))
  expect(await withLock(path, async () => 'mine')).toBe('mine')
})
