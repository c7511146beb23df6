/** @import { Store } from './store.js' */

const STEP = 80
/** Laying out a thousand bubbles at once takes a browser a second: a long chat shows through a window. */
const MOST_ROWS = 240

/**
 * Which of the loaded messages are in the list: those between two of them, or to the end however it grows.
 *
 * @param {Store} store
 */
export function createThreadRange(store) {
  let key = ''
  /** Absent: a step before the end. @type {string | undefined} */
  let firstId
  /** Absent: the newest, whichever that is. @type {string | undefined} */
  let lastId

  const all = () => store.threads.get(key)?.messages ?? []
  const positionOf = (/** @type {string | undefined} */ id) => store.threads.get(key)?.positions.get(id ?? '')
  const end = () => (positionOf(lastId) ?? all().length - 1) + 1
  const start = () => positionOf(firstId) ?? Math.max(0, end() - STEP)

  /** @type {(first: number, last: number) => void} */
  function set(first, last) {
    firstId = all()[Math.max(0, first)]?.id
    lastId = last >= all().length - 1 ? undefined : all()[last]?.id
  }

  return {
    /** @param {string | undefined} chat */
    open(chat = '') {
      key = chat
      ;[firstId, lastId] = [undefined, undefined]
    },
    all,
    start,
    isAtNewest: () => positionOf(lastId) === undefined,
    toNewest() {
      ;[firstId, lastId] = [undefined, undefined]
    },
    /** The messages in the list. */
    take() {
      // One that is looked at all day must not grow without end.
      if (lastId === undefined && end() - start() > MOST_ROWS) firstId = undefined
      firstId = all()[start()]?.id
      return all().slice(start(), end())
    },
    widenUp() {
      const first = Math.max(0, start() - STEP)
      set(first, Math.min(end(), first + MOST_ROWS) - 1)
    },
    widenDown() {
      const last = Math.min(all().length, end() + STEP)
      set(Math.max(start(), last - MOST_ROWS), last - 1)
    },
    /**
     * Moves to where this message is among others; false when it is not loaded.
     *
     * @param {string} id
     */
    reach(id) {
      const position = positionOf(id) ?? -1
      if (position >= 0 && (position < start() || position >= end()))
        set(position - STEP / 2, position + STEP)
      return position >= 0
    },
  }
}
