import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDataUrl, readDataUrl } from './data-url.js'

const read = (url: string) => {
  const file = readDataUrl(url)
  return file && [file.mimeType, Buffer.from(file.bytes).toString()]
}

test('files in an address', () => {
  expect(read('data:text/plain;base64,VGVh')).toEqual(['text/plain', 'Tea'])
  expect(read('data:audio/ogg; codecs=opus;base64,VGVh')).toEqual(['audio/ogg;codecs=opus', 'Tea'])
  expect(read('data:text/plain;charset=utf-8,Tea%20%26 t%C3%A9')).toEqual([
    'text/plain;charset=utf-8',
    'Tea & té',
  ])
  expect(read('DATA:,Tea,please')).toEqual(['text/plain', 'Tea,please'])
  expect(read('data:;BASE64,VG Vh%0A')).toEqual(['text/plain', 'Tea'])
})

test.each(['', 'data:', 'data:text/plain', 'https://tea.example/,a', 'data:,%', 'data:,%4', 'data:,%zz'])(
  '%j is none',
  url => expect(readDataUrl(url)).toBeUndefined(),
)

test.each(['data:;base64,V=Gh', 'data:;base64,VGVh!', 'data:;base64,"VGVh"'])(
  '%j is broken, and half of it is no file',
  url => {
    expect(isDataUrl(url)).toBe(true)
    expect(readDataUrl(url)).toBeUndefined()
  },
)

test('whatever the bytes, they come out as they went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), bytes => {
      const base64 = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
      const escaped = [...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
      expect(readDataUrl(base64)?.bytes).toEqual(Buffer.from(bytes))
      expect(readDataUrl(`data:image/png,${escaped}`)?.bytes).toEqual(Buffer.from(bytes))
    }),
  )
})

test('whatever the text, it is a file or none', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), (head, tail) => {
      const file = readDataUrl(`data:${head},${tail}`)
      expect(file === undefined || file.bytes instanceof Uint8Array).toBe(true)
    }),
  )
})
