import { writeOggOpus } from './ogg-opus.js'
import { readWebmOpus } from './webm-opus.js'

const OGG = 'audio/ogg; codecs=opus'

/**
 * Records from the microphone. Rejects when there is none or it is not allowed.
 *
 * @param {(level: number) => void} onLevel The loudness from 0 to 1, about 12 times a second.
 */
export async function startRecording(onLevel) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const type =
    ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', ''].find(each =>
      MediaRecorder.isTypeSupported(each),
    ) ?? ''
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 24_000 })
  /** @type {Blob[]} */
  const chunks = []
  recorder.addEventListener('dataavailable', event => chunks.push(event.data))
  const stopLevels = measureLevels(stream, onLevel)
  const stopped = new Promise(resolve => recorder.addEventListener('stop', resolve, { once: true }))
  recorder.start()

  async function stop() {
    if (recorder.state !== 'inactive') recorder.stop()
    await stopped
    stopLevels()
    for (const track of stream.getTracks()) track.stop()
    return toVoiceNote(new Blob(chunks, { type: recorder.mimeType }))
  }
  return { stop }
}

/**
 * The recording as OGG/Opus, the only form in which voice notes exist on WhatsApp.
 *
 * @param {Blob} recording
 */
async function toVoiceNote(recording) {
  if (!recording.type.includes('webm'))
    return new Blob([recording], { type: recording.type.includes('ogg') ? OGG : recording.type })
  const { head, packets } = readWebmOpus(new Uint8Array(await recording.arrayBuffer()))
  return new Blob([writeOggOpus(head, packets)], { type: OGG })
}

/**
 * @param {MediaStream} stream
 * @param {(level: number) => void} onLevel
 */
function measureLevels(stream, onLevel) {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    onLevel(
      Math.min(1, Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length) * 4),
    )
  }, 80)
  return () => {
    clearInterval(timer)
    void context.close()
  }
}
