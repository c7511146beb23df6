import { fetchState } from './api.js'
import { APPLY, applyCounts, applyState } from './apply-event.js'
import { createThreadLoader } from './thread-loader.js'

/** @import { Message } from './types.js' */
/** @import { Store } from './store.js' */

const RETRY_MS = 1000
const COUNT_DELAY_MS = 80

/**
 * Fills the store and keeps it true to the emulator, through lost connections and restarts of it.
 *
 * @param {Store} store
 */
export function createLive(store) {
  const countSoon = createCounter(store)
  const { load, loadOlder, fetchAnew } = createThreadLoader(store)
  /** Events up to here are part of the last snapshot. */
  let snapshot = 0
  /** Events that came while everything was fetched anew. @type {MessageEvent<string>[] | undefined} */
  let waiting
  /** @type {EventSource | undefined} */
  let source

  async function start() {
    source?.close()
    try {
      await reload()
    } catch {
      return startAgain()
    }
    source = new EventSource(`/_emulator/events?after=${snapshot}`)
    source.onopen = () => setConnection('live')
    source.onerror = () => {
      // The browser comes back by itself unless it was refused.
      if (source?.readyState === EventSource.CLOSED) startAgain()
      else setConnection('lost')
    }
    for (const type of Object.keys(APPLY)) source.addEventListener(type, receive)
    for (const type of ['reload', 'reset']) source.addEventListener(type, () => reload().catch(startAgain))
  }

  function startAgain() {
    source?.close()
    setConnection('lost')
    setTimeout(start, RETRY_MS)
  }

  /** @param {MessageEvent<string>} event */
  function receive(event) {
    if (waiting) return void waiting.push(event)
    const { type, data, lastEventId } = event
    if (Number(lastEventId) <= snapshot) return
    const parsed = JSON.parse(data)
    APPLY[type]?.(store, parsed, Number(lastEventId))
    if (type.startsWith('message') && isNews(store, parsed)) countSoon()
  }

  /** Fetches everything anew. What is shown stays until then, and events wait. */
  async function reload() {
    waiting ??= []
    const state = await fetchState()
    const threads = await fetchAnew(key => state.chats.some(chat => chat.key === key))
    snapshot = state.lastEventId
    store.threads = threads
    applyState(store, state)
    for (const key of threads.keys()) store.changed(`thread:${key}`)
    const waited = waiting
    waiting = undefined
    for (const event of waited) receive(event)
  }

  /** @param {'live' | 'lost'} connection */
  function setConnection(connection) {
    store.connection = connection
    store.changed('connection')
  }

  return { start, load, loadOlder }
}

/** @typedef {ReturnType<typeof createLive>} Live */

/**
 * Whether the list now knows less than the emulator: of unread messages, new groups, new people in a group.
 *
 * @type {(store: Store, message: Message) => boolean}
 */
function isNews(store, { author, chat: key }) {
  const chat = store.chats.get(key)
  return author !== 'person' || !chat || chat.group
}

/**
 * Fetches the counts of unread messages, soon and once for many changes.
 *
 * @param {Store} store
 */
function createCounter(store) {
  let due = false
  async function count() {
    due = false
    const state = await fetchState().catch(() => undefined)
    if (state) applyCounts(store, state.chats)
  }
  return () => {
    if (!due) setTimeout(count, COUNT_DELAY_MS)
    due = true
  }
}
