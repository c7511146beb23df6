import { element, iconButton } from './dom.js'

/**
 * Shows a modal dialog; the browser keeps the focus in it and gives it back.
 *
 * @param {string} title
 * @param {(close: () => void) => (Node | string)[]} build
 * @param {string} [className]
 */
export function openSheet(title, build, className = '') {
  const heading = element('h2', { id: 'sheet-title' }, title)
  const dialog = element('dialog', { class: `sheet ${className}`, 'aria-labelledby': 'sheet-title' })
  const close = () => dialog.close()
  const head = element('header', {}, heading, iconButton('close', 'Close', close))
  dialog.append(head, ...build(close))
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('click', event => {
    if (event.target === dialog) close()
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}
