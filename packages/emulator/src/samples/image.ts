import { crc32, deflateSync } from 'node:zlib'

const SIZE = 96

/** A small picture, PNG: a soft colour field, made here so that no file has to be shipped. */
export function sampleImage(): Uint8Array {
  const rows = Array.from({ length: SIZE }, (_, y) => [
    0, // no filter
    ...Array.from({ length: SIZE }, (_, x) => [60 + x, 200 - y, 120 + ((x * y) % 90)]).flat(),
  ])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIZE, 0)
  header.writeUInt32BE(SIZE, 4)
  // 8 bits a sample, colour type 2: red, green, blue.
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(Buffer.from(rows.flat()))
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
