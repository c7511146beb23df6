import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitText } from './split-text.js'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const code = (lines: number) => Array.from({ length: lines }, (_, line) => `  line ${line}`).join('\n')
const withoutBlanks = (text: string) => text.replace(/\s/g, '')
const withoutFences = (text: string) => withoutBlanks(text).replaceAll('```', '')

describe('a long text', () => {
  it.each([
    ['short enough', 20, ['short enough']],
    ['first part\n\nsecond part', 16, ['first part', 'second part']],
    ['first part\n \n\nsecond part', 16, ['first part', 'second part']],
    ['one line\r\nanother line', 14, ['one line', 'another line']],
    ['One thing. Another thing.', 18, ['One thing.', 'Another thing.']],
    ['Ist das "so?" Ja, so ist es.', 20, ['Ist das "so?"', 'Ja, so ist es.']],
    ['这是第一句。这是第二句。', 8, ['这是第一句。', '这是第二句。']],
    ['several words here', 14, ['several words', 'here']],
    ['exactly ten', 7, ['exactly', 'ten']],
    ['unbreakable', 4, ['unbr', 'eaka', 'ble']],
    ['a\n\nlong beginning', 12, ['a\n\nlong', 'beginning']],
    ['😀😀😀', 3, ['😀', '😀', '😀']],
    ['👨‍👩‍👧👨‍👩‍👧', 9, ['👨‍👩‍👧', '👨‍👩‍👧']],
    ['🇩🇪🇫🇷🇪🇸', 10, ['🇩🇪🇫🇷', '🇪🇸']],
    ['e\u0301e\u0301e\u0301', 3, ['e\u0301', 'e\u0301', 'e\u0301']],
    ['    ', 2, []],
  ])('%j at most %i long', (text, most, pieces) => {
    expect(splitText(text, most)).toEqual(pieces)
  })

  it('keeps the numbers and bullets of a list with their items', () => {
    expect(splitText('one two three\n10. four', 17)).toEqual(['one two three', '10. four'])
    expect(splitText('aaaa bbbb cc\n- ddddddd', 15)).toEqual(['aaaa bbbb cc', '- ddddddd'])
    expect(splitText('12. aaaaaaaaa', 6)[0]).not.toBe('12.')
  })

  it('keeps a code block in one piece', () => {
    const block = `\`\`\`\n${code(5)}\n\n${code(5)}\n\`\`\``
    const pieces = splitText(`See:\n\n${block}\n\nThat is all.`, 100)
    expect(pieces).toEqual(['See:', block, 'That is all.'])
  })

  it('closes a code block that is longer than a piece, between lines, and opens it again', () => {
    const pieces = splitText(`\`\`\`\n${code(12)}\n\`\`\`\nThe end.`, 60)
    for (const piece of pieces) expect(piece.split('```')).toHaveLength(3)
    expect(pieces[1]?.startsWith('```\n  line 5\n')).toBe(true)
    expect(pieces.at(-1)?.endsWith('```\nThe end.')).toBe(true)
  })

  it('is cut off after the most pieces allowed, visibly', () => {
    const text = Array.from({ length: 50 }, (_, index) => `word ${index}.`).join(' ')
    const pieces = splitText(text, 40, { maxPieces: 3 })
    expect(pieces).toHaveLength(3)
    expect(pieces[2]).toMatch(/\. \[…\]$/)
    expect(pieces[2]?.length).toBeLessThanOrEqual(40)
    expect(splitText('one two', 4, { maxPieces: 2 })).toEqual(['one', 'two'])
    expect(splitText(`\`\`\`\n${code(50)}\n\`\`\``, 60, { maxPieces: 1 })[0]).toMatch(/```\n\[…\]$/)
  })

  const alphabet = [
    'a',
    'Ab',
    ' ',
    '\n',
    '. ',
    '\n\n',
    '😀',
    '👍🏽',
    '🇩🇪',
    'e\u0301',
    '\u0301',
    '\n- ',
    '\n1. ',
  ]

  it('keeps every character as people see it, and no piece is too long', () => {
    const text = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 200 })
    fc.assert(
      fc.property(text, fc.integer({ min: 16, max: 60 }), (written, most) => {
        const pieces = splitText(written, most)
        const seen = (shown: string) =>
          [...graphemes.segment(shown)].map(({ segment }) => segment.trim()).filter(part => part !== '')
        expect(
          Math.max(0, ...pieces.slice(0, written.length <= most ? 0 : undefined).map(p => p.length)),
        ).toBeLessThanOrEqual(most)
        if (seen(written).every(character => character.length <= most / 2))
          expect(pieces.flatMap(seen)).toEqual(seen(written))
        expect(withoutBlanks(pieces.join(''))).toBe(withoutBlanks(written))
      }),
    )
  })

  it('loses nothing but blanks and fences, whatever it is', () => {
    const unit = fc.oneof(
      fc.constantFrom(...alphabet, '```', '```\n', 'x'.repeat(30)),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 120 }), fc.integer({ min: 2, max: 90 }), (written, most) => {
        const text = written.toWellFormed()
        const pieces = splitText(text, most)
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(Math.max(most, 2))
          expect(piece.isWellFormed()).toBe(true)
        }
        expect(withoutFences(pieces.join(''))).toBe(withoutFences(text))
      }),
    )
  })

  it.each([
    ['words', 'word '],
    ['one line', 'x'],
    ['blanks', ' '],
    ['fences', '``` '],
    ['opened fences', '```\na'],
    ['combining marks', '\u0301'],
    ['joined emoji', '👩\u200d'],
    ['flags', '🇩🇪'],
    ['lists', '\n 1. '],
    ['sentences', 'a."\' '],
  ])('is done with a million characters of %s at once', (_name, unit) => {
    const hostile = unit.repeat(Math.ceil(1_000_000 / unit.length))
    // What grows with the square of the length takes minutes here, and the test ends first.
    expect(splitText(hostile, 4096).every(piece => piece.length <= 4096)).toBe(true)
  })
})
