/** Writes Opus packets as an OGG file (RFC 3533, RFC 7845). */

const BEGINNING = 2
const END = 4
const SERIAL = 0x53574252
// Packets on one page: at most 255 lacing values of 255 bytes each; ten packets of 60 ms always fit.
const PACKETS_PER_PAGE = 10

/**
 * @param {Uint8Array} head The `OpusHead` packet.
 * @param {readonly Uint8Array[]} packets
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function writeOggOpus(head, packets) {
  const pages = [page(0, 0, [head], BEGINNING), page(1, 0, [tags()], 0)]
  let samples = 0
  for (let first = 0; first < packets.length; first += PACKETS_PER_PAGE) {
    const some = packets.slice(first, first + PACKETS_PER_PAGE)
    for (const packet of some) samples += samplesOf(packet)
    const last = first + PACKETS_PER_PAGE >= packets.length
    pages.push(page(pages.length, samples, some, last ? END : 0))
  }
  return join(pages)
}

function tags() {
  const vendor = new TextEncoder().encode('switchboard phone')
  const packet = new Uint8Array(16 + vendor.length)
  packet.set(new TextEncoder().encode('OpusTags'))
  new DataView(packet.buffer).setUint32(8, vendor.length, true)
  packet.set(vendor, 12)
  return packet
}

/**
 * How long a packet plays, at 48 kHz: its first byte says the length of a frame and how many there are (RFC 6716,
 * section 3.1).
 *
 * @param {Uint8Array} packet
 */
export function samplesOf(packet) {
  const [first = 0, second = 0] = packet
  const configuration = first >> 3
  const frames = [1, 2, 2, second & 0x3f][first & 3] ?? 1
  return frames * frameSamples(configuration)
}

/** @param {number} configuration */
function frameSamples(configuration) {
  const quarter = configuration & 3
  // SILK: 10, 20, 40, 60 ms; hybrid: 10, 20; CELT: 2.5, 5, 10, 20.
  if (configuration < 12) return [480, 960, 1920, 2880][quarter] ?? 0
  if (configuration < 16) return configuration & 1 ? 960 : 480
  return 120 << quarter
}

/**
 * @param {number} sequence
 * @param {number} samples Played up to the end of this page.
 * @param {readonly Uint8Array[]} packets
 * @param {number} flags
 */
function page(sequence, samples, packets, flags) {
  // A packet's length is written as so many 255 and a rest below it, if only 0.
  const lacing = packets.flatMap(({ length }) => [
    ...new Array(Math.floor(length / 255)).fill(255),
    length % 255,
  ])
  const bytes = new Uint8Array(27 + lacing.length)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode('OggS'))
  bytes[5] = flags
  view.setBigUint64(6, BigInt(samples), true)
  view.setUint32(14, SERIAL, true)
  view.setUint32(18, sequence, true)
  bytes[26] = lacing.length
  bytes.set(lacing, 27)
  const whole = join([bytes, ...packets])
  new DataView(whole.buffer).setUint32(22, checksum(whole), true)
  return whole
}

/**
 * CRC-32 with the polynomial 0x04c11db7, not reflected, starting at 0.
 *
 * @param {Uint8Array} bytes
 */
function checksum(bytes) {
  let value = 0
  for (const byte of bytes) {
    value ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0)
  }
  return value >>> 0
}

/**
 * @param {readonly Uint8Array[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    whole.set(part, place)
    place += part.length
  }
  return whole
}
