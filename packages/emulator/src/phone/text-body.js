import { element } from './dom.js'
import { countLoneEmoji, formatText } from './format-text.js'

/** @import { Piece } from './format-text.js' */

// Longer texts are cut until somebody asks for the rest.
const SHOWN = 3000

/** @type {Readonly<Record<string, keyof HTMLElementTagNameMap>>} */
const TAGS = { bold: 'strong', italic: 'em', strike: 's', quote: 'blockquote', item: 'div' }

/**
 * A text with WhatsApp's markup.
 *
 * @param {string} text
 */
export function textBody(text) {
  const emoji = countLoneEmoji(text)
  const node = element(
    'span',
    { class: emoji ? `text emoji-${emoji}` : 'text' },
    ...toNodes(formatText(text.slice(0, SHOWN))),
  )
  if (text.length > SHOWN) node.append('… ', readMore(node, text))
  return node
}

/**
 * @param {HTMLElement} node
 * @param {string} text
 */
function readMore(node, text) {
  const click = () => node.replaceChildren(...toNodes(formatText(text)))
  return element('button', { type: 'button', class: 'link-button', click }, 'Read more')
}

/**
 * @param {readonly Piece[]} pieces
 * @returns {(Node | string)[]}
 */
function toNodes(pieces) {
  return pieces.map(piece => {
    if (piece.type === 'text') return piece.text
    if (piece.type === 'link') return link(piece.href, piece.text)
    if (piece.type === 'code') return element('code', {}, piece.text)
    if (piece.type === 'block') return element('pre', {}, piece.text)
    return element(
      TAGS[piece.type] ?? 'span',
      { class: piece.type === 'item' && 'item' },
      ...toNodes(piece.children),
    )
  })
}

/**
 * A link that leaves the page.
 *
 * @param {string} href An http or https address (see `webAddress`).
 * @param {...(string | Node)} children
 */
export function link(href, ...children) {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children)
}
