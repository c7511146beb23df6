import { contentOf } from './describe.js'
import { element } from './dom.js'
import { openSheet } from './sheet.js'

/** @import { Message } from './types.js' */

/**
 * The rows of a list message, to choose one.
 *
 * @param {Message} message
 * @param {(row: { id: string, title: string, description?: string }) => void} choose
 */
export function openListSheet(message, choose) {
  const { action } = contentOf(message)
  const sections = Array.isArray(action?.sections) ? action.sections : []
  openSheet(String(action?.button ?? 'Choose'), close =>
    sections.map((/** @type {any} */ section) =>
      sectionOf(section, row => {
        close()
        choose(row)
      }),
    ),
  )
}

/**
 * @param {any} section
 * @param {(row: { id: string, title: string, description?: string }) => void} choose
 */
function sectionOf(section, choose) {
  const rows = Array.isArray(section?.rows) ? section.rows : []
  return element(
    'section',
    { class: 'list-section' },
    section?.title && element('h3', { dir: 'auto' }, String(section.title)),
    ...rows.map((/** @type {any} */ { id, title, description }) => {
      const row = {
        id: String(id),
        title: String(title),
        ...(description && { description: String(description) }),
      }
      return element(
        'button',
        { type: 'button', class: 'list-row', click: () => choose(row) },
        element(
          'span',
          {},
          element('strong', { dir: 'auto' }, row.title),
          description && element('small', { dir: 'auto' }, row.description),
        ),
        element('span', { class: 'radio', 'aria-hidden': 'true' }),
      )
    }),
  )
}
