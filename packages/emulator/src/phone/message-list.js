import { byId, element } from './dom.js'
import { dayKey, dayLabel } from './format-time.js'
import { createRow } from './message-row.js'

/** @import { Message } from './types.js' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */

/** @typedef {{ key: string, message?: Message, label?: string, first?: boolean }} Item */
/** @typedef {{ node: HTMLElement, update?: (facts: import('./message-row.js').RowFacts) => void, seen?: string }} Entry */

// Messages of one author this close together make one block with one tail.
const BLOCK_MS = 5 * 60_000
const UNREAD = 'unread'

/**
 * The rows of the open chat: keeps the list of elements equal to a range of the thread.
 *
 * @param {Store} store
 * @param {Actions} actions
 */
export function createMessageList(store, actions) {
  const list = byId('messages')
  /** @type {Map<string, Entry>} */
  let entries = new Map()

  /**
   * @param {string} key The chat.
   * @param {readonly Message[]} messages In the range.
   * @param {string | undefined} unreadId The first message that was unread when the chat was opened.
   */
  function show(key, messages, unreadId) {
    const group = store.chats.get(key)?.group === true
    /** @type {Map<string, Entry>} */
    const next = new Map()
    let place = list.firstChild
    for (const item of itemsOf(messages, unreadId)) {
      const entry = entries.get(item.key) ?? createEntry(key, item, group)
      refresh(entry, key, item, group)
      next.set(item.key, entry)
      if (entry.node === place) place = place.nextSibling
      else list.insertBefore(entry.node, place)
    }
    for (const [itemKey, { node }] of entries) if (!next.has(itemKey)) node.remove()
    entries = next
    if (!list.contains(document.activeElement)) makeTabStop(list.lastElementChild)
  }

  /** @type {(key: string, item: Item, group: boolean) => Entry} */
  function createEntry(key, item, group) {
    const { message, first = false } = item
    if (message) return createRow(store, actions, factsOf(key, message, first, group))
    const className = item.key === UNREAD ? 'divider news' : 'divider'
    return { node: element('li', { class: className }, element('span', {}, item.label ?? '')) }
  }

  /** @type {(entry: Entry, key: string, item: Item, group: boolean) => void} */
  function refresh(entry, key, { message, first = false }, group) {
    if (message) entry.update?.(factsOf(key, message, first, group))
  }

  /** @type {(key: string, message: Message, first: boolean, group: boolean) => import('./message-row.js').RowFacts} */
  function factsOf(key, message, first, group) {
    return {
      message,
      first,
      group,
      mine: message.author === 'person' && (!group || message.person === store.placeOf(key).person),
      quoted: message.quotedId === undefined ? undefined : store.message(key, message.quotedId),
    }
  }

  // The list is one stop for the Tab key: the message last reached with the arrow keys, or else the newest.
  let tabStop = list.lastElementChild
  /** @param {Element | null} row */
  function makeTabStop(row) {
    tabStop?.setAttribute('tabindex', '-1')
    row?.setAttribute('tabindex', '0')
    tabStop = row
  }
  list.addEventListener('focusin', event => {
    if (event.target instanceof Element) makeTabStop(event.target.closest('.row'))
  })

  return {
    show,
    clear() {
      entries.clear()
      list.replaceChildren()
    },
    /** @param {string} id */
    rowOf: id => entries.get(id)?.node,
  }
}

/**
 * The messages with what stands between them: days, and the line above what is new.
 *
 * @param {readonly Message[]} messages
 * @param {string | undefined} unreadId
 * @returns {Item[]}
 */
function itemsOf(messages, unreadId) {
  /** @type {Item[]} */
  const items = []
  const now = Date.now()
  /** @type {Message | undefined} */
  let before
  for (const message of messages) {
    const newDay = !before || dayKey(before.timestamp) !== dayKey(message.timestamp)
    // By the message too: clocks of bots and people may jump back, and the day is then shown again.
    if (newDay) items.push({ key: `day:${message.id}`, label: dayLabel(message.timestamp, now) })
    if (message.id === unreadId) items.push({ key: UNREAD, label: 'New messages' })
    const joins = before && !newDay && message.id !== unreadId && isOneBlock(before, message)
    items.push({ key: message.id, message, first: !joins })
    before = message
  }
  return items
}

/**
 * @param {Message} before
 * @param {Message} message
 */
function isOneBlock(before, message) {
  const close = Math.abs(message.timestamp - before.timestamp) < BLOCK_MS
  return close && before.author === message.author && before.person === message.person
}
