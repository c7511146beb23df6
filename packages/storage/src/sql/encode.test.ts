import { cleanText, SwitchboardError } from '@switchboard/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode, toJson } from './encode.js'

/** Texts of what escapes are made of, and of what databases refuse. */
const trouble = fc
  .array(fc.constantFrom('\\', '"', 'u', '0000', 'd800', '\u0000', '\ud800', '\udc00', '😀', 'a', '\n'))
  .map(parts => parts.join(''))

describe('encode', () => {
  it('leaves what cleanText leaves, in values and keys, at any depth', () => {
    fc.assert(
      fc.property(trouble, trouble, (value, key) => {
        const encoded: unknown = JSON.parse(encode({ deep: [{ [`${key} `]: value }] }))
        expect(encoded).toEqual({ deep: [{ [`${cleanText(key)} `]: cleanText(value) }] })
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps JSON within JSON as it came, whatever it escapes', () => {
    fc.assert(
      fc.property(trouble, value => {
        const { raw } = JSON.parse(encode({ raw: toJson({ value }) })) as { raw: string }
        expect(JSON.parse(raw)).toEqual({ value })
      }),
      { numRuns: 2000 },
    )
  })

  it('blames the data for what is no JSON', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    for (const value of [circle, { big: 1n }]) {
      expect(() => encode(value)).toThrow(expect.toSatisfy(SwitchboardError.is))
    }
  })
})
