import { trying } from './actions.js'
import { sendMedia } from './api.js'
import { byId, element, iconButton } from './dom.js'
import { duration } from './format-time.js'
import { startRecording } from './recorder.js'
import { sendSample } from './samples.js'
import { toast } from './toast.js'

/** @import { Place } from './types.js' */

const SHOWN_LEVELS = 48

/**
 * The bar that stands in for the composer while a voice note is recorded.
 *
 * @param {{ place: () => Place, takeQuote: () => string | undefined }} room
 */
export function createRecordingBar(room) {
  const [bar, row] = [byId('recording'), byId('composer-row')]

  async function record() {
    const place = room.place()
    const levels = element('div', { class: 'levels', 'aria-hidden': 'true' })
    const time = element('span', { class: 'recording-time', role: 'timer', 'aria-label': 'Recorded' }, '0:00')
    const started = performance.now()
    const recording = await startRecording(level => {
      time.textContent = duration((performance.now() - started) / 1000)
      const tick = element('i')
      tick.style.height = `${Math.round(3 + level * 23)}px`
      levels.append(tick)
      if (levels.childElementCount > SHOWN_LEVELS) levels.firstElementChild?.remove()
    }).catch(() => undefined)
    if (!recording) return offerSample()
    const quote = room.takeQuote()

    const end = async (/** @type {boolean} */ send) => {
      show(false)
      const note = await recording.stop().catch(() => undefined)
      if (!note) return toast('The recording failed.')
      if (send) await trying(() => sendMedia(place, 'voice', note, { quote }))
    }
    bar.onkeydown = event => {
      if (event.key === 'Escape') void end(false)
    }
    bar.replaceChildren(
      iconButton('trash', 'Throw the recording away', () => end(false)),
      element('span', { class: 'recording-dot', 'aria-hidden': 'true' }),
      time,
      levels,
      iconButton('send', 'Send the voice note', () => end(true), 'send'),
    )
    show(true)
  }

  /** @param {boolean} recording */
  function show(recording) {
    bar.hidden = !recording
    row.hidden = recording
    if (recording) bar.querySelector('button')?.focus()
    else byId('text').focus()
  }

  function offerSample() {
    toast('There is no microphone that this page may use.', {
      label: 'Send a sample',
      run: () => void trying(() => sendSample('voice', room.place(), room.takeQuote())),
    })
  }

  byId('record').addEventListener('click', record)
}
