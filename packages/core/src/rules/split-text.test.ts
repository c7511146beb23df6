import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitText } from './split-text.js'

describe('a long text', () => {
  it.each([
    ['short enough', 20, ['short enough']],
    ['first part\n\nsecond part', 16, ['first part', 'second part']],
    ['one line\nanother line', 14, ['one line', 'another line']],
    ['One thing. Another thing.', 18, ['One thing.', 'Another thing.']],
    ['several words here', 14, ['several words', 'here']],
    ['unbreakable', 4, ['unbr', 'eaka', 'ble']],
    ['a\n\nlong beginning', 12, ['a\n\nlong', 'beginning']],
    ['😀😀😀', 3, ['😀', '😀', '😀']],
    ['    ', 2, []],
  ])('%j at most %i long', (text, most, pieces) => {
    expect(splitText(text, most)).toEqual(pieces)
  })

  it('keeps every word, whatever it is, and no piece is too long', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '. ', '\n\n', '😀'), maxLength: 200 })
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 50 }), (written, most) => {
        const pieces = splitText(written, most)
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(most)
          expect(piece.isWellFormed()).toBe(true)
        }
        expect(pieces.join('').replace(/\s/g, '')).toBe(written.replace(/\s/g, ''))
      }),
    )
  })
})
