import { byId } from './dom.js'

const NEAR_END_PX = 80
const NEAR_START_PX = 900

/**
 * Keeps the messages where they belong: at the end when they were there, and otherwise where one reads.
 *
 * @param {{ onScroll: () => void, onNearStart: () => void }} listeners
 */
export function createScrollKeeper({ onScroll, onNearStart }) {
  const scroller = byId('scroller')

  const keeper = {
    atEnd: true,
    toEnd() {
      scroller.scrollTop = scroller.scrollHeight
    },
    /**
     * Runs something that adds above, and leaves what is in view where it is.
     *
     * @param {() => void} change
     */
    keepPlace(change) {
      const fromEnd = scroller.scrollHeight - scroller.scrollTop
      change()
      if (!keeper.atEnd) scroller.scrollTop = scroller.scrollHeight - fromEnd
    },
  }

  scroller.addEventListener('scroll', () => {
    keeper.atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
    onScroll()
    if (scroller.scrollTop < NEAR_START_PX) onNearStart()
  })
  // Pictures that arrive late, the keyboard of a phone: what was at the end stays there.
  const sizes = new ResizeObserver(() => {
    if (keeper.atEnd) keeper.toEnd()
  })
  sizes.observe(scroller)
  sizes.observe(byId('scrolled'))
  return keeper
}
