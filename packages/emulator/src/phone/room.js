import { createActions } from './actions.js'
import { createAttachments } from './attachments.js'
import { createComposer } from './composer.js'
import { byId } from './dom.js'
import { listenForGestures } from './gestures.js'
import { createReader } from './reader.js'
import { createRecordingBar } from './recording-bar.js'
import { showGroupAuthor, showRole, showRoomHead } from './room-head.js'
import { createThreadView } from './thread-view.js'

/** @import { Live } from './live.js' */
/** @import { Store } from './store.js' */

/**
 * The open chat: head, messages and composer.
 *
 * @param {Store} store
 * @param {Live} live
 */
export function createRoom(store, live) {
  /** @type {string | undefined} */
  let key
  let unwatch = () => {}
  /** Chats in which the page writes as the business. @type {Set<string | undefined>} */
  const asBusiness = new Set()
  const openKey = () => key
  const isBusiness = () => asBusiness.has(key)
  const readSoon = createReader(store, openKey)
  const actions = createActions(store, {
    key: () => key ?? '',
    quote: id => composer.quote(id),
    edit: message => composer.edit(message),
    showMessage: id => view.showMessage(id),
  })
  const composer = createComposer(store, { isBusiness })
  const view = createThreadView(store, live, actions)
  const writing = { place: () => store.placeOf(key ?? ''), takeQuote: composer.takeQuote, isBusiness }
  createAttachments(writing)
  createRecordingBar(writing)
  listenForGestures(actions, { focusComposer: composer.focus })

  /** @param {string | undefined} chat */
  function open(chat) {
    unwatch()
    key = chat
    byId('room').hidden = chat === undefined
    void view.open(chat).then(readSoon)
    if (chat === undefined) return
    unwatch = store.watch(`thread:${chat}`, () => {
      view.refresh()
      readSoon()
    })
    showHead()
    composer.open(chat)
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(hover: hover) and (min-width: 45.01rem)').matches) composer.focus()
  }

  function showHead() {
    const chat = store.chats.get(key ?? '')
    if (!chat) return
    showRoomHead(store, chat)
    showGroupAuthor(store, chat)
    showRole(isBusiness(), chat.title)
  }

  byId('as-business').addEventListener('click', () => {
    if (!asBusiness.delete(key)) asBusiness.add(key)
    showHead()
    composer.show()
    composer.focus()
  })
  document.addEventListener('visibilitychange', readSoon)
  store.watch('chats', showHead)
  store.watch('connection', () => {
    if (store.connection !== 'live' || key === undefined) return
    // It could not be loaded while the connection was lost.
    if (store.threads.has(key)) readSoon()
    else void view.open(key).then(readSoon)
  })
  return { open }
}
