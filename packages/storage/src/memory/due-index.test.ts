import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDueIndex } from './due-index.js'

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ item: fc.nat(20), time: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ item: fc.nat(20) }) },
)

describe('due index', () => {
  it('gives items in the order of their times, whatever was set, moved and deleted', () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 200 }),
        fc.nat(60),
        fc.nat(25),
        (operations, time, limit) => {
          const index = createDueIndex<number>()
          const times = new Map<number, number>()
          for (const step of operations) {
            if ('time' in step) {
              index.set(step.item, step.time)
              times.set(step.item, step.time)
            } else {
              index.delete(step.item)
              times.delete(step.item)
            }
          }
          const expected = [...times.values()].sort((a, b) => a - b)
          expect(index.first()?.time).toBe(expected[0])

          const due = expected.filter(value => value <= time).slice(0, limit)
          for (const round of ['first', 'second']) {
            const found = index.until(time, limit)
            expect(
              found.map(entry => entry.time),
              round,
            ).toEqual(due)
            expect(new Set(found.map(entry => entry.item)).size).toBe(found.length)
            for (const entry of found) expect(times.get(entry.item)).toBe(entry.time)
          }
        },
      ),
    )
  })

  it('keeps items of the same time in the order in which they came', () => {
    const index = createDueIndex<string>()
    for (const item of ['a', 'b', 'c', 'd', 'e']) index.set(item, 7)
    index.until(7, 3)
    index.set('b', 7)
    expect(index.until(7, 10).map(entry => entry.item)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
