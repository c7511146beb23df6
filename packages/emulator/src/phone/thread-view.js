import { byId } from './dom.js'
import { createMessageList } from './message-list.js'
import { createScrollKeeper } from './scroll-keeper.js'
import { createThreadRange } from './thread-range.js'
import { toast } from './toast.js'

/** @import { Actions } from './actions.js' */
/** @import { Live } from './live.js' */
/** @import { Message } from './types.js' */
/** @import { Store } from './store.js' */

// Pages of older messages that a click on a quote may load before it gives up.
const MOST_PAGES = 60

/**
 * The scrolled part of the open chat: shows its end, more when scrolled up, and stays at the end when it was there.
 *
 * @param {Store} store
 * @param {Live} live
 * @param {Actions} actions
 */
export function createThreadView(store, live, actions) {
  const range = createThreadRange(store)
  const list = createMessageList(store, actions)
  const scroll = createScrollKeeper({
    isAtNewest: range.isAtNewest,
    onScroll: showJump,
    onNearTop: () => void showOlder(),
    onNearBottom: () => scroll.keepPlace(() => show(range.widenDown)),
  })
  const news = createNewsCounter()
  let key = ''
  /** @type {string | undefined} */
  let unreadId

  /** @param {string | undefined} chat */
  async function open(chat = '') {
    key = chat
    unreadId = undefined
    scroll.atEnd = true
    news.start()
    range.open(chat)
    list.clear()
    if (chat === '') return
    byId('log').setAttribute('aria-busy', 'true')
    refresh()
    await live.load(chat).catch(() => undefined)
    if (key !== chat) return
    unreadId = range.all().find(isUnread)?.id
    byId('log').setAttribute('aria-busy', 'false')
    refresh()
  }

  function refresh() {
    if (key === '') return
    // Whoever writes wants to see it.
    if (news.take(range.all())) scroll.atEnd = true
    if (scroll.atEnd && !range.isAtNewest()) range.toNewest()
    list.show(key, range.take(), unreadId)
    showNotes(store, key)
    if (scroll.atEnd) scroll.toEnd()
    showJump()
  }

  /** @param {() => void} move */
  function show(move) {
    move()
    list.show(key, range.take(), unreadId)
  }

  function showJump() {
    if (scroll.atEnd) news.forget()
    showJumpButton(scroll.atEnd, news.missed())
  }

  async function showOlder() {
    const chat = key
    if (range.start() === 0) {
      const thread = store.threads.get(chat)
      if (!thread || thread.complete || thread.loading) return
      byId('older').hidden = false
      await live.loadOlder(chat).catch(error => toast(error.message))
      byId('older').hidden = true
      if (key !== chat) return
    }
    scroll.keepPlace(() => show(range.widenUp))
  }

  /**
   * Scrolls to a message, loading what lies between, and lets it flash.
   *
   * @param {string} id
   */
  async function showMessage(id) {
    await loadUntil(store, live, key, id)
    if (!range.reach(id)) return toast('That message is not in this chat.')
    scroll.atEnd = false
    refresh()
    flash(list.rowOf(id))
  }

  byId('jump').addEventListener('click', () => {
    scroll.atEnd = true
    refresh()
  })
  return { open, refresh, showMessage }
}

/** Counts what came below while one read further up. */
function createNewsCounter() {
  /** @type {Message | undefined} */
  let newest
  let missed = 0

  return {
    start() {
      newest = undefined
      missed = 0
    },
    /**
     * Takes notice of the messages; returns whether a person wrote any that are new.
     *
     * @param {readonly Message[]} messages
     */
    take(messages) {
      const seen = messages.findLastIndex(message => message.id === newest?.id)
      const fresh = seen < 0 ? [] : messages.slice(seen + 1)
      newest = messages.at(-1)
      missed += fresh.length
      return fresh.some(message => message.author === 'person')
    },
    missed: () => missed,
    forget() {
      missed = 0
    },
  }
}

/** @type {(message: Message) => boolean} */
export function isUnread({ author, tick }) {
  return author !== 'person' && tick !== 'read' && tick !== 'failed'
}

/** @type {(atEnd: boolean, missed: number) => void} */
function showJumpButton(atEnd, missed) {
  byId('jump').hidden = atEnd
  byId('jump-count').hidden = missed === 0
  byId('jump-count').textContent = String(missed)
}

/** @type {(store: Store, key: string) => void} */
function showNotes(store, key) {
  const thread = store.threads.get(key)
  const chat = store.chats.get(key)
  byId('typing').hidden = chat?.typingUntil === undefined
  const empty = byId('no-messages')
  empty.hidden = !thread || thread.messages.length > 0 || thread.loading !== undefined
  empty.textContent = `No messages yet. Say hello as ${chat?.title ?? ''}.`
}

/** @type {(store: Store, live: Live, key: string, id: string) => Promise<void>} */
async function loadUntil(store, live, key, id) {
  for (let page = 0; page < MOST_PAGES && !store.message(key, id); page += 1) {
    if (store.threads.get(key)?.complete !== false) return
    await live.loadOlder(key).catch(() => undefined)
  }
}

/** @param {HTMLElement | undefined} row */
function flash(row) {
  row?.scrollIntoView({ block: 'center' })
  row?.classList.remove('flash')
  requestAnimationFrame(() => row?.classList.add('flash'))
  row?.addEventListener('animationend', () => row.classList.remove('flash'), { once: true })
  row?.focus({ preventScroll: true })
}
