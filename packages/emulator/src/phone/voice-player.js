import { contentOf } from './describe.js'
import { element, icon, svg } from './dom.js'
import { duration } from './format-time.js'
import { linkedMedia, sourceOf } from './media-body.js'
import { loadSound } from './sound.js'

/** @import { Message } from './types.js' */
/** @import { Sound } from './sound.js' */

const BARS = 40
/** The one that plays: starting another stops it. @type {HTMLAudioElement | undefined} */
let playing

/**
 * A voice note or audio file, with its waveform.
 *
 * @type {(message: Message) => Node}
 */
export function voiceBody(message) {
  const source = sourceOf(message)
  if (source === undefined) return linkedMedia(message, 'mic', 'Audio')
  const label = contentOf(message).voice ? 'Voice note' : 'Audio'
  const time = element('span', { class: 'voice-time' }, '–:––')
  const wave = waveform()
  const seek = element('input', {
    type: 'range',
    min: 0,
    max: 1,
    step: 'any',
    value: 0,
    'aria-label': `Position in the ${label.toLowerCase()}`,
  })
  const button = element(
    'button',
    { type: 'button', class: 'voice-play', 'aria-label': `Play the ${label.toLowerCase()}` },
    icon('play'),
  )
  const node = element(
    'div',
    { class: 'voice', role: 'group', 'aria-label': label },
    button,
    element('div', { class: 'voice-track' }, wave.node, seek),
    time,
  )
  loadSound(source, BARS).then(
    sound => {
      node.setAttribute('aria-label', `${label}, ${duration(sound.seconds)}`)
      wave.draw(sound.peaks)
      connect({ sound, button, seek, time, wave })
    },
    () =>
      node.replaceChildren(
        icon('alert'),
        element('span', { class: 'broken' }, 'This audio cannot be played here'),
      ),
  )
  return node
}

/**
 * @param {{ sound: Sound, button: HTMLButtonElement, seek: HTMLInputElement, time: HTMLElement,
 *   wave: ReturnType<typeof waveform> }} parts
 */
function connect({ sound, button, seek, time, wave }) {
  const audio = new Audio(sound.url)
  const show = () => {
    const share = sound.seconds > 0 ? Math.min(1, audio.currentTime / sound.seconds) : 0
    seek.value = String(share)
    seek.setAttribute('aria-valuetext', `${duration(audio.currentTime)} of ${duration(sound.seconds)}`)
    wave.progress(share)
    time.textContent = duration(audio.paused && audio.currentTime === 0 ? sound.seconds : audio.currentTime)
  }
  const showButton = () => {
    button.replaceChildren(icon(audio.paused ? 'play' : 'pause'))
    button.setAttribute('aria-label', audio.paused ? 'Play' : 'Pause')
    if (!audio.paused) followFrames()
  }
  // `timeupdate` comes four times a second, which looks broken in a note of two seconds.
  function followFrames() {
    show()
    if (!audio.paused) requestAnimationFrame(followFrames)
  }
  button.addEventListener('click', () => {
    if (!audio.paused) return audio.pause()
    if (playing !== audio) playing?.pause()
    playing = audio
    audio.play().catch(() => button.setAttribute('disabled', ''))
  })
  seek.addEventListener('input', () => {
    audio.currentTime = Number(seek.value) * sound.seconds
    show()
  })
  audio.addEventListener('play', showButton)
  audio.addEventListener('pause', showButton)
  audio.addEventListener('ended', () => {
    audio.currentTime = 0
    show()
  })
  audio.addEventListener('seeked', show)
  show()
}

function waveform() {
  const node = svg('svg', {
    class: 'wave',
    viewBox: `0 0 ${BARS * 4} 32`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  })
  const bars = Array.from({ length: BARS }, (_, place) =>
    svg('rect', { x: place * 4, width: 2.4, rx: 1.2, y: 14.5, height: 3 }),
  )
  node.append(...bars)
  return {
    node,
    /** @param {readonly number[]} peaks From 0 to 1. */
    draw(peaks) {
      for (const [place, bar] of bars.entries()) {
        const height = 3 + (peaks[place] ?? 0) * 27
        bar.setAttribute('height', String(height))
        bar.setAttribute('y', String(16 - height / 2))
      }
    },
    /** @param {number} share */
    progress(share) {
      for (const [place, bar] of bars.entries()) bar.classList.toggle('played', place < share * BARS)
    },
  }
}
