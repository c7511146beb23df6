import { element } from './dom.js'
import { openPopup } from './popup.js'

const EMOJI = [
  ...['😀', '😂', '😊', '😍', '😘', '😎', '🤔', '😅', '😇', '🙂', '😉', '😴', '😢', '😭', '😡', '😱'],
  ...['👍', '👎', '👋', '🙏', '👏', '💪', '🤝', '✌️', '👌', '🤞', '🙌', '🤷', '❤️', '💛', '💚', '💔'],
  ...['🎉', '🔥', '✨', '⭐', '☀️', '🌧️', '🎂', '☕', '🍕', '🚲', '🏠', '📦', '📍', '📅', '✅', '❌'],
]

/**
 * A small choice of emoji; the keyboard of a system has all of them.
 *
 * @param {Element} anchor
 * @param {(emoji: string) => void} insert
 */
export function openEmojiPicker(anchor, insert) {
  const button = (/** @type {string} */ emoji) =>
    element(
      'button',
      { type: 'button', role: 'menuitem', 'aria-label': emoji, click: () => insert(emoji) },
      emoji,
    )
  openPopup(anchor, 'Emoji', () => EMOJI.map(button), 'emoji-grid')
}
