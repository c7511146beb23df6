import { byId } from './dom.js'

/** @import { Actions } from './actions.js' */

const SWIPE_PX = 64
const SLOPE = 1.6

/**
 * Double click and swipe quote a message, a right click or long press opens its menu, the arrow keys move from message
 * to message.
 *
 * @param {Actions} actions
 * @param {{ focusComposer: () => void }} room
 */
export function listenForGestures(actions, room) {
  const list = byId('messages')

  list.addEventListener('dblclick', event => {
    const row = rowOf(event.target)
    if (!row || onControl(event.target)) return
    getSelection()?.removeAllRanges()
    actions.quote(row.dataset.id ?? '')
  })
  list.addEventListener('contextmenu', event => {
    const row = rowOf(event.target)
    const wanted =
      row &&
      getSelection()?.isCollapsed !== false &&
      !(event.target instanceof Element && event.target.closest('a'))
    if (!row || !wanted) return
    event.preventDefault()
    openMenu(row, actions)
  })
  list.addEventListener('keydown', event => {
    const row = rowOf(event.target)
    if (!row || event.target !== row) return
    if (event.key === 'Enter' || event.key === ' ') openMenu(row, actions)
    else if (event.key === 'ArrowUp') neighbour(row, 'previousElementSibling')?.focus()
    else if (event.key === 'ArrowDown') (neighbour(row, 'nextElementSibling') ?? byId('text')).focus()
    else if (event.key === 'Escape') room.focusComposer()
    else return
    event.preventDefault()
  })
  byId('text').addEventListener('keydown', event => {
    const empty = event.target instanceof HTMLTextAreaElement && event.target.value === ''
    const last = list.lastElementChild
    if (event.key !== 'ArrowUp' || !empty || !(last instanceof HTMLElement)) return
    event.preventDefault()
    last.focus()
  })
  listenForSwipes(list, id => actions.quote(id))
}

/**
 * @param {HTMLElement} list
 * @param {(id: string) => void} quote
 */
function listenForSwipes(list, quote) {
  /** @type {{ row: HTMLElement, x: number, y: number, moved: number } | undefined} */
  let swipe
  list.addEventListener(
    'touchstart',
    event => {
      const [touch] = event.touches
      const row = rowOf(event.target)
      swipe =
        touch && row && event.touches.length === 1
          ? { row, x: touch.clientX, y: touch.clientY, moved: 0 }
          : undefined
    },
    { passive: true },
  )
  list.addEventListener(
    'touchmove',
    event => {
      const [touch] = event.touches
      if (!swipe || !touch) return
      const [right, down] = [touch.clientX - swipe.x, Math.abs(touch.clientY - swipe.y)]
      // Mostly up or down is scrolling.
      if (swipe.moved === 0 && right < down * SLOPE) return
      swipe.moved = Math.max(0, Math.min(right, SWIPE_PX * 1.3))
      swipe.row.style.translate = `${swipe.moved}px`
    },
    { passive: true },
  )
  const end = () => {
    if (!swipe) return
    swipe.row.style.translate = ''
    if (swipe.moved >= SWIPE_PX) quote(swipe.row.dataset.id ?? '')
    swipe = undefined
  }
  list.addEventListener('touchend', end)
  list.addEventListener('touchcancel', end)
}

/**
 * @param {HTMLElement} row
 * @param {Actions} actions
 */
function openMenu(row, actions) {
  actions.openMenu(row.dataset.id ?? '', row.querySelector('.bubble'))
}

/** @param {EventTarget | null} target */
function rowOf(target) {
  const row = target instanceof Element ? target.closest('.row') : null
  return row instanceof HTMLElement ? row : undefined
}

/** @param {EventTarget | null} target */
function onControl(target) {
  return target instanceof Element && target.closest('button, a, input, video') !== null
}

/**
 * @param {Element} row
 * @param {'previousElementSibling' | 'nextElementSibling'} direction
 */
function neighbour(row, direction) {
  let next = row[direction]
  while (next && !next.classList.contains('row')) next = next[direction]
  return next instanceof HTMLElement ? next : undefined
}
