import { element, icon } from './dom.js'
import { openSheet } from './sheet.js'

/**
 * Shows the chosen files before they are sent, with a line for a caption.
 *
 * @param {readonly File[]} files
 * @param {(caption: string) => void} send
 */
export function openPreview(files, send) {
  /** @type {string[]} */
  const urls = []
  const caption = element('input', {
    type: 'text',
    name: 'caption',
    placeholder: 'Add a caption',
    'aria-label': 'Caption',
    dir: 'auto',
    autocomplete: 'off',
    maxlength: 1024,
  })
  const title = files.length === 1 ? 'Send a file' : `Send ${files.length} files`
  const dialog = openSheet(
    title,
    close => {
      const form = element(
        'form',
        {
          class: 'preview-form',
          submit: (/** @type {Event} */ event) => {
            event.preventDefault()
            close()
            send(caption.value.trim())
          },
        },
        caption,
        element('button', { class: 'send', 'aria-label': 'Send' }, icon('send')),
      )
      return [element('div', { class: 'previews' }, ...files.map(file => preview(file, urls))), form]
    },
    'preview',
  )
  dialog.addEventListener('close', () => {
    for (const url of urls) URL.revokeObjectURL(url)
  })
  caption.focus()
}

/**
 * @param {File} file
 * @param {string[]} urls Filled with what must be given back.
 */
function preview(file, urls) {
  if (file.type.startsWith('image/')) {
    const url = URL.createObjectURL(file)
    urls.push(url)
    return element('img', { src: url, alt: file.name })
  }
  const size =
    file.size < 1_000_000 ? `${Math.ceil(file.size / 1000)} kB` : `${(file.size / 1e6).toFixed(1)} MB`
  return element(
    'div',
    { class: 'preview-file' },
    icon(file.type.startsWith('video/') ? 'video' : 'document'),
    element('span', { dir: 'auto' }, file.name),
    element('small', {}, size),
  )
}
