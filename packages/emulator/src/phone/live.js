import { fetchMessages, fetchState } from './api.js'
import { APPLY, applyCounts, applyState } from './apply-event.js'

/** @import { Store } from './store.js' */
/** @import { Message, Thread } from './types.js' */

const RETRY_MS = 1000
const COUNT_DELAY_MS = 80
const PAGE = 100

/**
 * Fills the store and keeps it true to the emulator, through lost connections and restarts of it.
 *
 * @param {Store} store
 */
export function createLive(store) {
  const countSoon = createCounter(store)
  /** Events up to here are part of the last snapshot. */
  let snapshot = 0
  /** @type {EventSource | undefined} */
  let source
  /** @type {MessageEvent<string>[] | undefined} */
  let waiting

  async function start() {
    source?.close()
    try {
      await reload()
    } catch {
      setConnection('lost')
      setTimeout(start, RETRY_MS)
      return
    }
    source = new EventSource(`/_emulator/events?after=${snapshot}`)
    source.onopen = () => setConnection('live')
    source.onerror = () => {
      setConnection('lost')
      // The browser comes back by itself unless it was refused.
      if (source?.readyState === EventSource.CLOSED) setTimeout(start, RETRY_MS)
    }
    for (const type of Object.keys(APPLY)) source.addEventListener(type, receive)
    for (const type of ['reload', 'reset']) source.addEventListener(type, () => reload().catch(start))
  }

  /** @param {MessageEvent<string>} event */
  function receive(event) {
    if (waiting) return void waiting.push(event)
    const { type, data, lastEventId } = event
    if (Number(lastEventId) <= snapshot) return
    const parsed = JSON.parse(data)
    APPLY[type]?.(store, parsed)
    if (type.startsWith('message') && parsed.author !== 'person') countSoon()
  }

  /** Fetches everything anew. What is shown stays until then, and events wait. */
  async function reload() {
    waiting ??= []
    const state = await fetchState()
    const open = [...store.threads.keys()].filter(key => state.chats.some(chat => chat.key === key))
    const pages = await Promise.all(open.map(key => fetchMessages(key, { limit: PAGE })))
    snapshot = state.lastEventId
    store.threads = new Map(open.map((key, place) => [key, threadOf(pages[place] ?? [])]))
    applyState(store, state)
    for (const key of open) store.changed(`thread:${key}`)
    const waited = waiting
    waiting = undefined
    for (const event of waited) receive(event)
  }

  /** @param {'live' | 'lost'} connection */
  function setConnection(connection) {
    store.connection = connection
    store.changed('connection')
  }

  /**
   * Loads the end of a chat, unless it is there.
   *
   * @param {string} key
   * @returns {Promise<void>}
   */
  async function load(key) {
    const known = store.threads.get(key)
    if (known) return known.loading
    store.threads.set(key, threadOf([]))
    await loadOlder(key).catch(error => {
      store.threads.delete(key)
      throw error
    })
  }

  /**
   * Loads another page of older messages.
   *
   * @param {string} key
   * @returns {Promise<void>}
   */
  async function loadOlder(key) {
    const thread = store.threads.get(key)
    if (!thread || thread.complete) return
    thread.loading ??= fetchOlder(thread, key).finally(() => delete thread.loading)
    await thread.loading
  }

  /**
   * @param {Thread} thread
   * @param {string} key
   */
  async function fetchOlder(thread, key) {
    const older = await fetchMessages(key, { limit: PAGE, before: thread.messages[0]?.id })
    // What arrived in the meantime may be in the page too; the page has the right order.
    const paged = new Set(older.map(message => message.id))
    const arrived = thread.messages.filter(message => !paged.has(message.id))
    Object.assign(thread, threadOf([...older, ...arrived]), { complete: older.length < PAGE })
    store.changed(`thread:${key}`)
  }

  return { start, load, loadOlder }
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

/**
 * @param {Message[]} messages
 * @returns {Thread}
 */
function threadOf(messages) {
  const positions = new Map(messages.map((message, position) => [message.id, position]))
  return { messages, positions, complete: false }
}

/** @typedef {ReturnType<typeof createLive>} Live */
