import { element, icon } from './dom.js'

const COLOURS = 8

/**
 * A round picture with initials, in a colour of its own.
 *
 * @param {{ key: string, title: string, group: boolean }} chat
 */
export function avatar({ key, title, group }) {
  let sum = 0
  for (const character of key) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return element(
    'span',
    { class: `avatar colour-${sum % COLOURS}`, 'aria-hidden': 'true' },
    group ? icon('group') : initials(title),
  )
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/[\s\-_.]+/).filter(word => /^[\p{L}\p{N}]/u.test(word))
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return (
    letters
      .map(word => [...(word ?? '')][0] ?? '')
      .join('')
      .toLocaleUpperCase() || '?'
  )
}
