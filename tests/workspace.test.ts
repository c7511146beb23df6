import { expect, test } from 'vitest'

test('the four packages load from source', async () => {
  const modules = await Promise.all([
    import('@switchboard/core'),
    import('@switchboard/adapters/meta'),
    import('@switchboard/storage/memory'),
    import('@switchboard/emulator'),
  ])
  expect(modules).toHaveLength(4)
})
