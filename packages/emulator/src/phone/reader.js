import { markRead } from './api.js'
import { isUnread } from './thread-view.js'

/** @import { Store } from './store.js' */

// A person takes a moment to read; it also lets `delivered` come before `read`.
const READING_MS = 350

/**
 * Whoever looks at a chat has read it.
 *
 * @param {Store} store
 * @param {() => string | undefined} openKey
 */
export function createReader(store, openKey) {
  let timer = false

  function read() {
    timer = false
    const key = openKey()
    if (key === undefined || !hasUnread(key)) return
    markRead(store.placeOf(key)).catch(() => undefined)
  }

  /** @param {string} key */
  function hasUnread(key) {
    return !document.hidden && store.connection === 'live' && store.threads.get(key)?.messages.some(isUnread)
  }

  return function readSoon() {
    if (timer || !hasUnread(openKey() ?? '')) return
    timer = true
    setTimeout(read, READING_MS)
  }
}
