import { describe, expect, it } from 'vitest'
import { StoreError } from '../errors.js'
import { createBatcher } from './batcher.js'

/** A write that ends when told to. */
function gate() {
  const batches: number[][] = []
  const ends: (() => void)[] = []
  return {
    batches,
    end: () => ends.shift()?.(),
    run: (items: readonly number[]) => {
      batches.push([...items])
      return new Promise<number[]>(resolve => ends.push(() => resolve(items.map(item => item * 10))))
    },
  }
}

const settle = () => new Promise(resolve => setImmediate(resolve))

describe('createBatcher', () => {
  it('sends together what waited while the last write was in flight', async () => {
    const { run, batches, end } = gate()
    const batcher = createBatcher({ run })
    const first = batcher.add(1)
    await settle()
    const others = [batcher.add(2), batcher.add(3), batcher.add(4)]
    end()
    expect(await first).toBe(10)
    await settle()
    end()
    expect(await Promise.all(others)).toEqual([20, 30, 40])
    expect(batches).toEqual([[1], [2, 3, 4]])
  })

  it('takes in one write what is added in one go', async () => {
    const { run, batches, end } = gate()
    const batcher = createBatcher({ run })
    const all = [1, 2, 3].map(item => batcher.add(item))
    await settle()
    end()
    await Promise.all(all)
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('never makes a batch longer than allowed', async () => {
    const sizes: number[] = []
    const run = async (items: readonly number[]) => {
      sizes.push(items.length)
      return items
    }
    const batcher = createBatcher({ run, maxBatch: 10 })
    await Promise.all(Array.from({ length: 95 }, (_, item) => batcher.add(item)))
    expect(Math.max(...sizes)).toBe(10)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(95)
  })

  it('has one write in flight, and writes items in the order in which they came', async () => {
    const { run, batches, end } = gate()
    const batcher = createBatcher({ run, maxBatch: 2 })
    const all = [1, 2, 3].map(item => batcher.add(item))
    await settle()
    expect(batches).toEqual([[1, 2]])
    const late = batcher.add(4)
    await settle()
    expect(batches).toEqual([[1, 2]])
    end()
    await settle()
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ])
    end()
    await Promise.all([...all, late])
  })

  it('finds the one item that the store refuses, and commits all others', async () => {
    const committed: number[] = []
    const run = async (items: readonly number[]) => {
      if (items.includes(13)) throw new StoreError('store_data', 'the thirteenth')
      committed.push(...items)
      return items
    }
    const batcher = createBatcher({ run })
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, item) => batcher.add(item)))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(outcomes[13]?.status).toBe('rejected')
    expect(committed.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 50 }, (_, item) => item).filter(item => item !== 13),
    )
  })

  it('rejects the whole batch when the store is away, and goes on with the next', async () => {
    let away = true
    const run = async (items: readonly number[]) => {
      if (away) throw new StoreError('store_unavailable', 'away')
      return items
    }
    const batcher = createBatcher({ run })
    const outcomes = await Promise.allSettled([batcher.add(1), batcher.add(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    away = false
    expect(await batcher.add(3)).toBe(3)
  })

  it('is idle when nothing waits and nothing is in flight', async () => {
    const { run, end } = gate()
    const batcher = createBatcher({ run })
    await batcher.idle()
    const write = batcher.add(1)
    let idle = false
    const waited = batcher.idle().then(() => {
      idle = true
    })
    await settle()
    expect(idle).toBe(false)
    end()
    await write
    await waited
    expect(batcher.waiting).toBe(0)
  })
})
