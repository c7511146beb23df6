/**
 * Reads the Opus packets out of the WebM file that a browser records (Matroska, RFC 9559), to be put into the OGG
 * file that a phone sends.
 */

// Elements that hold others, and those that hold what is wanted.
const SEGMENT = 0x18538067
const CONTAINERS = new Set([
  SEGMENT,
  0x1654ae6b /* Tracks */,
  0xae /* TrackEntry */,
  0x1f43b675 /* Cluster */,
  0xa0 /* BlockGroup */,
])
const CODEC_PRIVATE = 0x63a2
const BLOCKS = new Set([0xa3 /* SimpleBlock */, 0xa1 /* Block */])

/**
 * @param {Uint8Array} file
 * @returns {{ head: Uint8Array, packets: Uint8Array[] }} `head` is the `OpusHead`.
 * @throws {Error} When it is no WebM with Opus.
 */
export function readWebmOpus(file) {
  /** @type {Uint8Array | undefined} */
  let head
  /** @type {Uint8Array[]} */
  const packets = []
  let place = 0
  while (place < file.length) {
    const id = readNumber(file, place, true)
    const size = readNumber(file, place + id.length, false)
    const start = place + id.length + size.length
    if (CONTAINERS.has(id.value)) {
      place = start
      continue
    }
    // A live recording leaves the size of containers open, never that of data.
    const data = file.subarray(start, start + size.value)
    if (id.value === CODEC_PRIVATE) head = data
    if (BLOCKS.has(id.value)) packets.push(packetOf(data))
    place = start + size.value
  }
  if (!head || packets.length === 0) throw new Error('The recording holds no Opus sound.')
  return { head, packets }
}

/**
 * A number of variable length: the leading zeros of its first byte say how long it is.
 *
 * @param {Uint8Array} file
 * @param {number} place
 * @param {boolean} keepMarker Ids keep the bit that ends the zeros, sizes do not.
 */
function readNumber(file, place, keepMarker) {
  const first = file[place] ?? 0
  const length = Math.clz32(first) - 23
  if (length > 8) throw new Error('The recording is damaged.')
  let value = keepMarker ? first : first & (0xff >> length)
  for (let next = 1; next < length; next += 1) value = value * 256 + (file[place + next] ?? 0)
  return { value, length }
}

/**
 * After track number (one byte here), time (two) and flags (one) comes one packet: browsers do not lace.
 *
 * @param {Uint8Array} block
 */
function packetOf(block) {
  if (((block[3] ?? 0) & 0x06) !== 0) throw new Error('The recording is laced.')
  return block.subarray(4)
}
