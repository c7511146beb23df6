import { expect, it } from 'vitest'
import { sequentialIds } from './sequential-ids.js'

it('counts for itself, from 1', () => {
  const first = sequentialIds('out')
  const second = sequentialIds()
  expect([first(), first(), second(), first()]).toEqual(['out-1', 'out-2', 'id-1', 'out-3'])
})
