import { fetchMessages } from './api.js'

/** @import { Message, Thread } from './types.js' */
/** @import { Store } from './store.js' */

const PAGE = 100

/**
 * Loads chats into the store, a page at a time.
 *
 * @param {Store} store
 */
export function createThreadLoader(store) {
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
    const before = thread.messages[0]?.id
    const page = await fetchMessages(key, { limit: PAGE, before })
    setMessages(thread, [...page.messages, ...thread.messages])
    thread.complete = page.messages.length < PAGE
    if (before === undefined) takeEarly(thread, page.lastEventId)
    store.changed(`thread:${key}`)
  }

  /**
   * The ends of the loaded chats as they are now, to be put in place at once.
   *
   * @param {(key: string) => boolean} exists
   * @returns {Promise<Map<string, Thread>>}
   */
  async function fetchAnew(exists) {
    const keys = [...store.threads.keys()].filter(exists)
    const pages = await Promise.all(keys.map(key => fetchMessages(key, { limit: PAGE })))
    return new Map(
      keys.map((key, place) => {
        const { messages, lastEventId } = pages[place] ?? { messages: [], lastEventId: 0 }
        return [key, { ...threadOf(messages), lastEventId }]
      }),
    )
  }

  return { load, loadOlder, fetchAnew }
}

/**
 * Adds a message that an event tells of. The events lag behind the pages, so one about a message that the first page
 * left out as too old must not put it at the end.
 *
 * @param {Thread} thread
 * @param {Message} message
 * @param {number} eventId
 */
export function addMessage(thread, message, eventId) {
  if (thread.lastEventId === undefined) thread.early.push({ eventId, message })
  else if (eventId > thread.lastEventId && !thread.positions.has(message.id)) {
    thread.positions.set(message.id, thread.messages.length)
    thread.messages.push(message)
  }
}

/** @type {(thread: Thread, lastEventId: number) => void} */
function takeEarly(thread, lastEventId) {
  const early = thread.early
  Object.assign(thread, { lastEventId, early: [] })
  for (const { eventId, message } of early) addMessage(thread, message, eventId)
}

/**
 * @param {Message[]} messages
 * @returns {Thread}
 */
function threadOf(messages) {
  const thread = { messages: [], positions: new Map(), complete: false, early: [] }
  setMessages(thread, messages)
  return thread
}

/** @type {(thread: Thread, messages: Message[]) => void} */
function setMessages(thread, messages) {
  thread.messages = messages
  thread.positions = new Map(messages.map((message, position) => [message.id, position]))
}
