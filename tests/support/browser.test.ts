import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { findChromium } from './browser.js'

afterEach(() => vi.unstubAllEnvs())

test('the browser that is named is used, and a name that is wrong is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-browser-'))
  const program = join(folder, 'my-chromium')
  await writeFile(program, '#!/bin/sh\n', { mode: 0o755 })
  try {
    vi.stubEnv('CHROMIUM_PATH', program)
    expect(await findChromium()).toBe(program)
    vi.stubEnv('CHROMIUM_PATH', join(folder, 'nothing'))
    await expect(findChromium()).rejects.toThrow('nothing", which is no program')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('otherwise the first on the PATH', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-browser-'))
  try {
    await writeFile(join(folder, 'chromium'), '#!/bin/sh\n', { mode: 0o755 })
    vi.stubEnv('CHROMIUM_PATH', '')
    vi.stubEnv('PATH', `/nowhere:${folder}`)
    expect(await findChromium()).toBe(join(folder, 'chromium'))
  } finally {
    await rm(folder, { recursive: true })
  }
})
