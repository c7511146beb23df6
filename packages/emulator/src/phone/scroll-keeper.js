import { byId } from './dom.js'

const NEAR_END_PX = 80
const NEAR_EDGE_PX = 900

/**
 * Keeps the messages where they belong: at the end when they were there, and otherwise where one reads.
 *
 * @param {{ isAtNewest: () => boolean, onScroll: () => void, onNearTop: () => void, onNearBottom: () => void }} thread
 */
export function createScrollKeeper({ isAtNewest, onScroll, onNearTop, onNearBottom }) {
  const scroller = byId('scroller')

  const sizes = () => `${scroller.scrollHeight} ${scroller.clientHeight}`
  let knownSizes = sizes()

  const keeper = {
    atEnd: true,
    toEnd() {
      scroller.scrollTop = scroller.scrollHeight
    },
    /**
     * Changes the list, and leaves what is in view where it is.
     *
     * @param {() => void} change
     */
    keepPlace(change) {
      const anchor = firstInView(scroller)
      const before = anchor?.getBoundingClientRect().top ?? 0
      change()
      if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before
    },
  }

  scroller.addEventListener('scroll', () => {
    const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
    // When the sizes changed it was the browser that scrolled, and not the reader who left the end.
    if (sizes() === knownSizes) keeper.atEnd = isAtNewest() && below < NEAR_END_PX
    onScroll()
    if (scroller.scrollTop < NEAR_EDGE_PX) onNearTop()
    else if (below < NEAR_EDGE_PX && !isAtNewest()) onNearBottom()
  })
  // Pictures that arrive late, the keyboard of a phone: what was at the end stays there.
  const observer = new ResizeObserver(() => {
    knownSizes = sizes()
    if (keeper.atEnd) keeper.toEnd()
  })
  observer.observe(scroller)
  observer.observe(byId('scrolled'))
  return keeper
}

/**
 * The first message in view: days between messages come and go.
 *
 * @param {HTMLElement} scroller
 */
function firstInView(scroller) {
  const top = scroller.getBoundingClientRect().top
  return [...scroller.querySelectorAll('.row')].find(row => row.getBoundingClientRect().bottom > top)
}
