import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { samplesOf, writeOggOpus } from './ogg-opus.js'
import { peaksOf } from './sound.js'
import { readWebmOpus } from './webm-opus.js'

const head = new Uint8Array([...Buffer.from('OpusHead'), 1, 1, 56, 1, 128, 62, 0, 0, 0, 0, 0])
const packets = [
  new Uint8Array([0xf8, 1]),
  new Uint8Array([0xf8, ...new Array(600).fill(7)]),
  new Uint8Array([0xf8]),
]

const unknownSize = [0x01, 255, 255, 255, 255, 255, 255, 255]
const sizeOf = (data: number[]): number[] => [
  0x10,
  data.length >> 16,
  (data.length >> 8) & 255,
  data.length & 255,
]
const element = (id: number[], data: number[], size = sizeOf(data)): number[] => [...id, ...size, ...data]

/** A WebM as a browser records it: containers without a size, one packet a block. */
function webm(): Uint8Array {
  const track = element(
    [0xae],
    [...element([0x86], [...Buffer.from('A_OPUS')]), ...element([0x63, 0xa2], [...head])],
  )
  const blocks = packets.flatMap((packet, place) => element([0xa3], [0x81, 0, place * 20, 0x80, ...packet]))
  const cluster = element([0x1f, 0x43, 0xb6, 0x75], [...element([0xe7], [0]), ...blocks], unknownSize)
  const segment = [...element([0x16, 0x54, 0xae, 0x6b], track), ...cluster]
  return new Uint8Array([
    ...element([0x1a, 0x45, 0xdf, 0xa3], [...element([0x42, 0x82], [...Buffer.from('webm')])]),
    ...element([0x18, 0x53, 0x80, 0x67], segment, unknownSize),
  ])
}

/** The packets of an OGG file, by its lacing values; checks each page's place. */
function readOgg(file: Uint8Array): { packets: Uint8Array[]; samples: number; flags: number[] } {
  const view = new DataView(file.buffer, file.byteOffset)
  const found: Uint8Array[] = []
  const flags: number[] = []
  let samples = 0
  for (let place = 0, sequence = 0; place < file.length; sequence += 1) {
    expect(Buffer.from(file.subarray(place, place + 4)).toString()).toBe('OggS')
    expect(view.getUint32(place + 18, true)).toBe(sequence)
    flags.push(file[place + 5] ?? -1)
    samples = Number(view.getBigUint64(place + 6, true))
    const lacing = file.subarray(place + 27, place + 27 + (file[place + 26] ?? 0))
    let start = place + 27 + lacing.length
    let length = 0
    for (const value of lacing) {
      length += value
      if (value === 255) continue
      found.push(file.subarray(start, start + length))
      start += length
      length = 0
    }
    place = start
  }
  return { packets: found, samples, flags }
}

test('a recording is taken out of WebM and put into OGG without a change', () => {
  const read = readWebmOpus(webm())
  expect(read.head).toEqual(head)
  expect(read.packets).toEqual(packets)
  const ogg = readOgg(writeOggOpus(read.head, read.packets))
  expect(ogg.packets[0]).toEqual(head)
  expect(Buffer.from(ogg.packets[1] ?? []).toString('latin1', 0, 8)).toBe('OpusTags')
  expect(ogg.packets.slice(2)).toEqual(packets)
  expect(ogg.samples).toBe(3 * 960)
  expect(ogg.flags).toEqual([2, 0, 4])
})

test('a long recording has many pages, and the last one says so', () => {
  const many = Array.from({ length: 95 }, (_, place) => new Uint8Array([0xf8, place]))
  const ogg = readOgg(writeOggOpus(head, many))
  expect(ogg.packets.slice(2)).toEqual(many)
  expect(ogg.flags).toEqual([2, 0, ...new Array(9).fill(0), 4])
})

test('what is no recording is refused', () => {
  expect(() => readWebmOpus(new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x80]))).toThrow('no Opus sound')
  expect(() => readWebmOpus(new Uint8Array(64))).toThrow('damaged')
})

test.each([
  [0x08, 960], // SILK, 20 ms
  [0x18, 2880], // SILK, 60 ms
  [0x60, 480], // hybrid, 10 ms
  [0xf8, 960], // CELT, 20 ms
  [0xe0, 120], // CELT, 2.5 ms
  [0xf9, 1920], // two of 20 ms
])('the first byte of a packet says how long it plays: %i', (first, samples) => {
  expect(samplesOf(new Uint8Array([first]))).toBe(samples)
})

test('the checksum is the one that the sample, made by other hands, has', async () => {
  const sample = new Uint8Array(await readFile(new URL('./sample-voice-note.ogg', import.meta.url)))
  const { packets: original } = readOgg(sample)
  const [first = new Uint8Array()] = original
  const again = writeOggOpus(first, original.slice(2))
  // The first page holds the head alone: written again it differs in serial number and so in checksum only.
  const serial = sample.subarray(14, 18)
  const copy = sample.slice(0, 47)
  copy.set(again.subarray(14, 18), 14)
  expect(serial).not.toEqual(again.subarray(14, 18))
  expect(again.subarray(0, 22)).toEqual(copy.subarray(0, 22))
  expect(readOgg(again).packets.slice(2)).toEqual(original.slice(2))
})

test('bars are as high as their part is loud, and silence stays flat', () => {
  const samples = Float32Array.from(
    { length: 4000 },
    (_, place) => (place < 2000 ? 0.1 : 0.4) * (place % 2 ? 1 : -1),
  )
  const peaks = peaksOf(samples, 4)
  expect(peaks[0]).toBeCloseTo(0.25)
  expect(peaks[3]).toBeCloseTo(1)
  expect(peaksOf(new Float32Array(100), 4)).toEqual([0, 0, 0, 0])
  expect(peaksOf(new Float32Array(0), 4)).toEqual([0, 0, 0, 0])
})
