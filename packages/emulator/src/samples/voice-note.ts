const SAMPLE_RATE = 48_000
const FRAME_MS = 20
/** One Opus packet of 20 ms of silence: CELT, full band, mono (RFC 6716, section 3.1). */
const SILENCE = Buffer.from([0xf8, 0xff, 0xfe])
const SERIAL = 0x53574231

/** A voice note of silence: Opus in OGG, as phones record them (RFC 7845). Default one second. */
export function sampleVoiceNote(seconds = 1): Uint8Array {
  const frames = Math.max(1, Math.round((seconds * 1000) / FRAME_MS))
  const pages = [page(0, 0, [head()], BEGINNING), page(1, 0, [tags()], 0)]
  // A page has at most 255 segments; every packet here is one segment.
  for (let first = 0; first < frames; first += 255) {
    const count = Math.min(255, frames - first)
    const end = first + count
    const samples = (end * FRAME_MS * SAMPLE_RATE) / 1000
    pages.push(page(pages.length, samples, new Array<Buffer>(count).fill(SILENCE), end === frames ? END : 0))
  }
  return Buffer.concat(pages)
}

const BEGINNING = 2
const END = 4

function head(): Buffer {
  const packet = Buffer.alloc(19)
  packet.write('OpusHead', 'latin1')
  packet.writeUInt8(1, 8) // version
  packet.writeUInt8(1, 9) // channels
  packet.writeUInt16LE(312, 10) // samples to skip at the start
  packet.writeUInt32LE(16_000, 12) // rate of the original, for information
  return packet
}

function tags(): Buffer {
  const vendor = Buffer.from('switchboard emulator')
  const packet = Buffer.alloc(8 + 4 + vendor.length + 4)
  packet.write('OpusTags', 'latin1')
  packet.writeUInt32LE(vendor.length, 8)
  vendor.copy(packet, 12)
  return packet
}

function page(sequence: number, position: number, packets: readonly Buffer[], flags: number): Buffer {
  const header = Buffer.alloc(27 + packets.length)
  header.write('OggS', 'latin1')
  header.writeUInt8(flags, 5)
  header.writeBigUInt64LE(BigInt(position), 6)
  header.writeUInt32LE(SERIAL, 14)
  header.writeUInt32LE(sequence, 18)
  header.writeUInt8(packets.length, 26)
  for (const [place, packet] of packets.entries()) header.writeUInt8(packet.length, 27 + place)
  const whole = Buffer.concat([header, ...packets])
  whole.writeUInt32LE(oggChecksum(whole), 22)
  return whole
}

/** OGG's own CRC-32: polynomial 0x04c11db7, not reflected, starting at 0 (RFC 3533). */
function oggChecksum(bytes: Buffer): number {
  let value = 0
  for (const byte of bytes) {
    value = (value ^ (byte << 24)) >>> 0
    for (let bit = 0; bit < 8; bit += 1) value = ((value << 1) ^ (value & 0x80000000 ? 0x04c11db7 : 0)) >>> 0
  }
  return value
}
