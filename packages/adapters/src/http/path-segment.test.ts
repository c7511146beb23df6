import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pathSegment } from './path-segment.js'

test.each([
  ['wamid.HBgM=', 'wamid.HBgM%3D'],
  ['15550001234@s.whatsapp.net', '15550001234%40s.whatsapp.net'],
  ['a/../b?c#d', 'a%2F..%2Fb%3Fc%23d'],
  ['%2e%2e', '%252e%252e'],
  ['...', '...'],
  ['\ud83d', '%EF%BF%BD'],
])('%j is %s', (value, expected) => {
  expect(pathSegment(value)).toBe(expected)
})

test.each(['', '.', '..'])('%j is refused', value => {
  expect(() => pathSegment(value)).toThrow(expect.objectContaining({ code: 'channel_refused' }))
})

test('nothing leaves its place in the path', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[./\\%2eE@]{1,8}$/)), value => {
      fc.pre(value !== '' && value !== '.' && value !== '..')
      const url = new URL(`https://example.com/messages/${pathSegment(value)}/reaction?x=1`)
      expect(url.pathname.split('/')).toHaveLength(4)
      expect(url.pathname).toMatch(/^\/messages\/.+\/reaction$/)
      expect(decodeURIComponent(url.pathname.split('/')[2] ?? '')).toBe(value.toWellFormed())
    }),
  )
})
