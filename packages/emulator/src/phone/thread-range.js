/** @import { Store } from './store.js' */

const STEP = 80
const MOST_ROWS = 400

/**
 * Which of the loaded messages are in the list: from some message to the end.
 *
 * @param {Store} store
 */
export function createThreadRange(store) {
  let key = ''
  /** The first one in the list; undefined: as many as a step has. @type {string | undefined} */
  let firstId

  const messages = () => store.threads.get(key)?.messages ?? []
  const positionOf = (/** @type {string | undefined} */ id) => store.threads.get(key)?.positions.get(id ?? '')

  return {
    /** @param {string | undefined} chat */
    open(chat = '') {
      key = chat
      firstId = undefined
    },
    all: messages,
    positionOf,
    start: () => positionOf(firstId) ?? Math.max(0, messages().length - STEP),

    /**
     * The messages in the list.
     *
     * @param {boolean} atEnd Whoever looks at the end does not miss the beginning: a chat left open must not grow
     *   without end.
     */
    take(atEnd) {
      if (atEnd && messages().length - this.start() > MOST_ROWS) firstId = undefined
      const start = this.start()
      firstId = messages()[start]?.id
      return messages().slice(start)
    },
    /** Another step of older messages. */
    widen() {
      firstId = messages()[Math.max(0, this.start() - STEP)]?.id
    },
    /**
     * As far back as this position, and a little more.
     *
     * @param {number} position
     */
    reach(position) {
      if (position < this.start()) firstId = messages()[Math.max(0, position - STEP / 4)]?.id
    },
  }
}
