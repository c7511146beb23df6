import { element } from './dom.js'

const MARGIN = 8

/** @type {(() => void) | undefined} */
let closeOpen

/**
 * Shows a menu beside a button. It closes on Escape, on a click elsewhere and when something in it was chosen; the
 * arrow keys move in it.
 *
 * @param {Element} anchor
 * @param {string} label
 * @param {(close: () => void) => Node[]} build
 * @param {string} [className]
 */
export function openPopup(anchor, label, build, className = 'menu') {
  closeOpen?.()
  const before = document.activeElement
  const node = element('div', { class: `popup ${className}`, role: 'menu', 'aria-label': label })

  function close() {
    closeOpen = undefined
    removeEventListener('pointerdown', closeOutside, true)
    removeEventListener('resize', close)
    const inside = node.contains(document.activeElement)
    node.remove()
    if (inside && before instanceof HTMLElement) before.focus()
  }
  /** @param {Event} event */
  function closeOutside(event) {
    if (event.target instanceof Node && node.contains(event.target)) return
    close()
  }

  node.append(...build(close))
  node.addEventListener('keydown', event => moveFocus(event, node, close))
  document.body.append(node)
  place(node, anchor.getBoundingClientRect())
  closeOpen = close
  addEventListener('pointerdown', closeOutside, true)
  addEventListener('resize', close)
  itemsOf(node)[0]?.focus({ preventScroll: true })
}

/**
 * @param {string} label
 * @param {Node} icon
 * @param {() => void} run
 * @param {string} [className]
 */
export function menuItem(label, icon, run, className = 'menu-item') {
  return element('button', { type: 'button', role: 'menuitem', class: className, click: run }, icon, label)
}

/**
 * @param {HTMLElement} node
 * @param {DOMRect} anchor
 */
function place(node, anchor) {
  const { offsetWidth: width, offsetHeight: height } = node
  // Towards the middle of the page, from whichever side the button is on.
  const wanted = anchor.left + anchor.right < innerWidth ? anchor.left : anchor.right - width
  const left = Math.min(wanted, innerWidth - width - MARGIN)
  const below = anchor.bottom + 4
  const fits = below + height < innerHeight - MARGIN
  node.style.left = `${Math.max(MARGIN, left)}px`
  node.style.top = `${Math.max(MARGIN, fits ? below : anchor.top - height - 4)}px`
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} node
 * @param {() => void} close
 */
function moveFocus(event, node, close) {
  const items = itemsOf(node)
  const current = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement))
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
  if (event.key === 'Escape' || event.key === 'Tab') close()
  else if (event.key === 'Home') items[0]?.focus()
  else if (event.key === 'End') items.at(-1)?.focus()
  else if (steps) items.at((current + steps) % items.length)?.focus()
  else return
  event.preventDefault()
  event.stopPropagation()
}

/**
 * @param {HTMLElement} node
 * @returns {HTMLButtonElement[]}
 */
function itemsOf(node) {
  return [...node.querySelectorAll('button')]
}
