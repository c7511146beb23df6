import { trying } from './actions.js'
import { sendMedia } from './api.js'
import { byId, icon } from './dom.js'
import { openPreview } from './file-preview.js'
import { kindOf, toPhonePicture } from './phone-picture.js'
import { menuItem, openPopup } from './popup.js'
import { sendSample } from './samples.js'

/** @import { Place } from './types.js' */

/**
 * Files: chosen, pasted or dropped, and the samples.
 *
 * @param {{ place: () => Place, takeQuote: () => string | undefined, isBusiness: () => boolean }} room
 */
export function createAttachments(room) {
  const input = byId('files', HTMLInputElement)

  /** @param {FileList | undefined | null} chosen */
  function take(chosen) {
    const files = [...(chosen ?? [])]
    if (files.length === 0 || room.isBusiness()) return
    openPreview(files, caption => trying(() => send(files, caption)))
  }

  /** @type {(files: readonly File[], caption: string) => Promise<void>} */
  async function send(files, caption) {
    const [place, quote] = [room.place(), room.takeQuote()]
    for (const [position, file] of files.entries()) {
      const first = position === 0 ? { caption, quote } : {}
      const picture = await toPhonePicture(file)
      const kind = kindOf(picture)
      await sendMedia(place, kind, picture, { ...first, ...(kind === 'document' && { filename: file.name }) })
    }
  }

  /** @param {import('./samples.js').SampleKind} kind */
  const sample = kind => trying(() => sendSample(kind, room.place(), room.takeQuote()))

  /** @param {string} accept */
  function choose(accept) {
    input.accept = accept
    input.value = ''
    input.click()
  }

  byId('attach').addEventListener('click', () => {
    openPopup(byId('attach'), 'Attach', close => {
      /** @type {(label: string, name: string, run: () => unknown) => HTMLElement} */
      const item = (label, name, run) =>
        menuItem(label, icon(name), () => {
          close()
          run()
        })
      return [
        item('Photo or video', 'photo', () => choose('image/*,video/*')),
        item('Document', 'document', () => choose('')),
        item('Sample photo', 'photo', () => sample('photo')),
        item('Sample voice note', 'mic', () => sample('voice')),
        item('Sample document', 'document', () => sample('document')),
        item('Sample location', 'place', () => sample('location')),
        item('Sample contact', 'contact', () => sample('contact')),
      ]
    })
  })
  input.addEventListener('change', () => take(input.files))
  byId('text').addEventListener('paste', event => {
    if (!event.clipboardData?.files.length) return
    event.preventDefault()
    take(event.clipboardData.files)
  })
  listenForDrops(take)
}

/** @param {(files: FileList | undefined) => void} take */
function listenForDrops(take) {
  const [room, drop] = [byId('room'), byId('drop')]
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') === true
  room.addEventListener('dragover', event => {
    if (!hasFiles(event)) return
    event.preventDefault()
    drop.hidden = false
  })
  drop.addEventListener('dragleave', () => {
    drop.hidden = true
  })
  room.addEventListener('drop', event => {
    drop.hidden = true
    if (!hasFiles(event)) return
    event.preventDefault()
    take(event.dataTransfer?.files)
  })
}
