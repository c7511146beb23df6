import { expect, it } from 'vitest'
import { systemClock } from './clock.js'

it('lets a time wait that no timer can hold', async () => {
  let called = false
  const cancel = systemClock.after(365 * 24 * 3_600_000, () => {
    called = true
  })
  await new Promise(resolve => setTimeout(resolve, 20))
  cancel()
  expect(called).toBe(false)
})
