import { element, icon } from './dom.js'
import { openSheet } from './sheet.js'
import { toast } from './toast.js'

/**
 * A picture on the whole screen.
 *
 * @param {string} source
 * @param {string | undefined} caption
 */
export function showPicture(source, caption) {
  openSheet(
    'Picture',
    close => [
      element(
        'button',
        { type: 'button', class: 'lightbox-stage', 'aria-label': 'Close the picture', click: close },
        element('img', { src: source, alt: caption ?? 'Picture' }),
      ),
      bottom(source, caption),
    ],
    'lightbox',
  )
}

/**
 * A video on the whole screen. It is fetched whole: playing over HTTP would need ranges.
 *
 * @param {string} source
 * @param {string | undefined} caption
 */
export async function showVideo(source, caption) {
  try {
    const url = URL.createObjectURL(await (await fetch(source)).blob())
    const video = element('video', { src: url, controls: true, autoplay: true, playsinline: true })
    const dialog = openSheet(
      'Video',
      () => [element('div', { class: 'lightbox-stage' }, video), bottom(source, caption)],
      'lightbox',
    )
    dialog.addEventListener('close', () => URL.revokeObjectURL(url))
  } catch {
    toast('This video cannot be fetched.')
  }
}

/**
 * @param {string} source
 * @param {string | undefined} caption
 */
function bottom(source, caption) {
  const save = element(
    'a',
    { class: 'icon-button', href: source, download: '', 'aria-label': 'Save', title: 'Save' },
    icon('download'),
  )
  return element('footer', {}, element('p', { dir: 'auto' }, caption ?? ''), save)
}
