import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBody } from './body.js'

const parse = (text: string) => parseBody(Buffer.from(text))

test('objects, and nothing else', () => {
  expect(parse('{"a":1}')).toEqual({ a: 1 })
  for (const text of ['', '[]', '7', 'null', '"{}"', '{"a":', '{"a":1}}']) expect(parse(text)).toBeUndefined()
})

test('integers that no number can hold keep all their digits', () => {
  expect(
    parse('{"id": 90071992547409931, "ids": [-90071992547409931,9007199254740991,12345678901234567890]}'),
  ).toEqual({
    id: '90071992547409931',
    ids: ['-90071992547409931', 9007199254740991, '12345678901234567890'],
  })
  const fractions = '{"a":1234567890123456789.5,"b":1234567890123456789e3}'
  expect(parse(fractions)).toEqual(JSON.parse(fractions))
})

test('digits in texts and keys stay what they are', () => {
  const body = {
    'a:12345678901234567890': 'call ,12345678901234567890, or "[12345678901234567890"',
    b: '\\:12345678901234567890\\',
  }
  expect(parse(JSON.stringify(body))).toEqual(body)
})

test('whatever JSON there is, it is read as JSON.parse reads it', () => {
  const digits = fc.constantFrom(':12345678901234567890', '"', '\\', ',[', '-1234567890123456789"')
  const text = fc.array(fc.oneof(digits, fc.string({ unit: 'binary' }))).map(parts => parts.join(''))
  const value = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, value)), body => {
      const json = JSON.stringify({ ...body, long: 1 }).replace('"long":1', '"long":12345678901234567890')
      expect(parse(json)).toEqual({ ...JSON.parse(json), long: '12345678901234567890' })
    }),
    { numRuns: 500 },
  )
})
