import { crc32, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sampleDocument } from './document.js'
import { sampleImage } from './image.js'
import { sampleVoiceNote } from './voice-note.js'

test('the picture is a PNG whose chunks and pixels hold together', () => {
  const png = Buffer.from(sampleImage())
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const chunks: [string, Buffer][] = []
  for (let offset = 8; offset < png.length; ) {
    const length = png.readUInt32BE(offset)
    const body = png.subarray(offset + 4, offset + 8 + length)
    expect(png.readUInt32BE(offset + 8 + length)).toBe(crc32(body))
    chunks.push([body.subarray(0, 4).toString(), body.subarray(4)])
    offset += 12 + length
  }
  expect(chunks.map(([type]) => type)).toEqual(['IHDR', 'IDAT', 'IEND'])
  const [width, height] = [chunks[0]?.[1].readUInt32BE(0) ?? 0, chunks[0]?.[1].readUInt32BE(4) ?? 0]
  expect(inflateSync(chunks[1]?.[1] ?? Buffer.alloc(0))).toHaveLength((width * 3 + 1) * height)
})

test.each([0.02, 1, 12])('a voice note of %d seconds is Opus in OGG', seconds => {
  const ogg = Buffer.from(sampleVoiceNote(seconds))
  const pages: { flags: number; position: bigint; packets: number }[] = []
  for (let offset = 0; offset < ogg.length; ) {
    expect(ogg.subarray(offset, offset + 4).toString()).toBe('OggS')
    const packets = ogg.readUInt8(offset + 26)
    const sizes = [...ogg.subarray(offset + 27, offset + 27 + packets)]
    pages.push({ flags: ogg.readUInt8(offset + 5), position: ogg.readBigUInt64LE(offset + 6), packets })
    offset += 27 + packets + sizes.reduce((total, size) => total + size, 0)
  }
  expect(ogg.includes('OpusHead') && ogg.includes('OpusTags')).toBe(true)
  expect(pages[0]?.flags).toBe(2)
  expect(pages.at(-1)).toMatchObject({ flags: 4, position: BigInt(seconds * 48_000) })
  const audio = pages.slice(2).reduce((total, page) => total + page.packets, 0)
  expect(audio).toBe(Math.round(seconds * 50))
})

test('the document is a PDF whose table points at its objects', () => {
  const pdf = Buffer.from(sampleDocument('Price (blue) is 5')).toString('latin1')
  const start = Number(/startxref\n(\d+)/.exec(pdf)?.[1])
  expect(pdf.slice(start, start + 4)).toBe('xref')
  const offsets = [...pdf.slice(start).matchAll(/^(\d{10}) 00000 n /gm)].map(match => Number(match[1]))
  expect(offsets.map(offset => /^\d+ 0 obj/.exec(pdf.slice(offset))?.[0])).toEqual([
    '1 0 obj',
    '2 0 obj',
    '3 0 obj',
    '4 0 obj',
    '5 0 obj',
  ])
  expect(pdf).toContain('Price \\(blue\\) is 5')
})
