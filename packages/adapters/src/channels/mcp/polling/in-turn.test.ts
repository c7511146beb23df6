import { expect, test } from 'vitest'
import { inTurn } from './in-turn.js'

const items = [1, 2, 3, 4, 5, 6, 7, 8]

test('gives the results in order, with no more under way than it may', async () => {
  let running = 0
  let most = 0
  const results = await inTurn(items, 3, async item => {
    most = Math.max(most, ++running)
    // The first ones take the longest.
    for (let turn = 0; turn < 10 - item; turn++) await Promise.resolve()
    running -= 1
    return item * 2
  })
  expect(results).toEqual(items.map(item => item * 2))
  expect(most).toBe(3)
  expect(await inTurn([], 3, async item => item)).toEqual([])
})

test('begins nothing after an error, and ends when nothing is under way', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const running = inTurn(items, 3, async item => {
    begun.push(item)
    if (item === 2) throw new Error('the server is away')
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    ended.push(item)
  })
  await expect(running).rejects.toThrow('the server is away')
  expect(begun).toEqual([1, 2, 3])
  expect(ended).toEqual([1, 3])
})
