import { readdir, readFile } from 'node:fs/promises'
import { ensureBuilt } from '@switchboard/test-support/build'
import { expect, test } from 'vitest'

const emulator = new URL('../../packages/emulator/', import.meta.url)

test('the build has the phone page as it is in the source, without its tests', async () => {
  await ensureBuilt()
  const [source, built] = [new URL('src/phone/', emulator), new URL('dist/phone/', emulator)]
  const names = (await readdir(source)).filter(name => !name.endsWith('.test.ts')).sort()
  expect((await readdir(built)).sort()).toEqual(names)
  for (const name of names) {
    expect(await readFile(new URL(name, built)), name).toEqual(await readFile(new URL(name, source)))
  }
}, 180_000)
