/** @typedef {{ url: string, seconds: number, peaks: readonly number[] }} Sound */

/** @type {Map<string, Promise<Sound>>} */
const sounds = new Map()

/**
 * Fetches a recording once, and measures it for a waveform of so many bars.
 *
 * @param {string} source
 * @param {number} bars
 * @returns {Promise<Sound>}
 */
export function loadSound(source, bars) {
  const known = sounds.get(source)
  if (known) return known
  const sound = measure(source, bars)
  sounds.set(source, sound)
  sound.catch(() => sounds.delete(source))
  return sound
}

/**
 * @param {string} source
 * @param {number} bars
 * @returns {Promise<Sound>}
 */
async function measure(source, bars) {
  const response = await fetch(source)
  if (!response.ok) throw new Error(`The recording is not there (${response.status}).`)
  const file = await response.blob()
  // An offline context decodes without asking for the speakers. The rate only has to be good enough to draw.
  const context = new OfflineAudioContext(1, 1, 8000)
  const decoded = await context.decodeAudioData(await file.arrayBuffer())
  // From a local copy, since seeking over HTTP needs ranges.
  return {
    url: URL.createObjectURL(file),
    seconds: decoded.duration,
    peaks: peaksOf(decoded.getChannelData(0), bars),
  }
}

/**
 * The loudness of each of so many equal parts, relative to the loudest.
 *
 * @param {Float32Array} samples
 * @param {number} bars
 */
export function peaksOf(samples, bars) {
  const size = samples.length / bars
  const levels = Array.from({ length: bars }, (_, bar) => {
    const part = samples.subarray(Math.floor(bar * size), Math.max(Math.floor((bar + 1) * size), 1))
    let sum = 0
    for (const sample of part) sum += sample * sample
    return Math.sqrt(sum / Math.max(1, part.length))
  })
  const loudest = Math.max(...levels)
  // Silence stays flat instead of being blown up to noise.
  return levels.map(level => (loudest > 0.001 ? level / loudest : 0))
}
