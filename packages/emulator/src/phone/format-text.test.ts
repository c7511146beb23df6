import { expect, test } from 'vitest'
import { countLoneEmoji, formatText, plainText, webAddress } from './format-text.js'

const text = (words: string) => ({ type: 'text', text: words })

test('bold, italic, strike and code, also inside each other', () => {
  expect(formatText('*bold* and _slanted *both*_, ~gone~ `a*b*c`')).toEqual([
    { type: 'bold', children: [text('bold')] },
    text(' and '),
    { type: 'italic', children: [text('slanted '), { type: 'bold', children: [text('both')] }] },
    text(', '),
    { type: 'strike', children: [text('gone')] },
    text(' '),
    { type: 'code', text: 'a*b*c' },
  ])
})

test.each([
  '2*3*4',
  'snake_case_name',
  '*not a point',
  'a ** b',
  '*open',
  'end*',
  '~ ~',
  '``',
  '```',
  '_ _ _',
])('leaves "%s" as it is', words => {
  expect(plainText(words)).toBe(words)
  expect(formatText(words).every(piece => piece.type === 'text')).toBe(true)
})

test('a marker does not reach over the end of a line', () => {
  expect(formatText('*one\ntwo*')).toEqual([text('*one\n'), text('two*')])
})

test('blocks of code keep every character, quoted lines and points stand alone', () => {
  expect(formatText('Try\n```\nnpm *start*\n  now\n```\n> as said\n- first')).toEqual([
    text('Try\n'),
    { type: 'block', text: 'npm *start*\n  now' },
    { type: 'quote', children: [text('as said')] },
    { type: 'item', children: [text('first')] },
  ])
})

test('links end before the punctuation of the sentence and lead to the web alone', () => {
  expect(formatText('See https://example.com/a_b_c?x=1, or www.example.com.')).toEqual([
    text('See '),
    { type: 'link', text: 'https://example.com/a_b_c?x=1', href: 'https://example.com/a_b_c?x=1' },
    text(', or '),
    { type: 'link', text: 'www.example.com', href: 'https://www.example.com/' },
    text('.'),
  ])
  const dangerous = [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    ' javascript:1',
    'https://',
  ]
  for (const address of dangerous) {
    expect(webAddress(address)).toBeUndefined()
    expect(formatText(address).some(piece => piece.type === 'link')).toBe(false)
  }
  expect(webAddress(undefined)).toBeUndefined()
})

test('markup stays text', () => {
  const attack = '<img src=x onerror=alert(1)> <script>alert(2)</script> &lt;b&gt;'
  expect(formatText(attack)).toEqual([text(attack)])
})

test('hostile texts lose no letter, and take no longer than they are long', () => {
  // A pass that is quadratic over 65 536 characters does not end within this test's time.
  for (const hostile of [
    '*',
    '_*',
    '`',
    '*a ',
    '```',
    '_*~',
    '*a*',
    '```a',
    'https://a ',
    '> a',
    ' *a',
    '- a\n',
  ]) {
    const long = hostile.repeat(65_536 / hostile.length)
    expect(plainText(long).split('a')).toHaveLength(long.split('a').length)
  }
})

test('one to three emoji alone are counted as people see them', () => {
  expect(countLoneEmoji('👍🏽')).toBe(1)
  expect(countLoneEmoji(' 👩‍👩‍👧🇳🇱 ')).toBe(2)
  expect(countLoneEmoji('❤️')).toBe(1)
  expect(countLoneEmoji('😀😀😀')).toBe(3)
  expect(countLoneEmoji('😀😀😀😀')).toBe(0)
  expect(countLoneEmoji('3')).toBe(0)
  expect(countLoneEmoji('ok 👍')).toBe(0)
  expect(countLoneEmoji('')).toBe(0)
})
