import { byId, element } from './dom.js'

const SHOWN_MS = 6000

/**
 * Says something for a moment, with something to do about it if there is.
 *
 * @param {string} words
 * @param {{ label: string, run: () => void }} [action]
 */
export function toast(words, action) {
  const node = element('div', { class: 'toast' }, element('span', {}, words))
  const close = () => node.remove()
  if (action) {
    const click = () => {
      close()
      action.run()
    }
    node.append(element('button', { type: 'button', click }, action.label))
  }
  byId('toasts').replaceChildren(node)
  setTimeout(close, SHOWN_MS)
}
