import { trying } from './actions.js'
import * as api from './api.js'
import { byId, icon, iconButton } from './dom.js'
import { createDrafts } from './drafts.js'
import { openEmojiPicker } from './emoji-picker.js'
import { quoteLines, thumbnail } from './message-parts.js'

/** @import { Draft } from './drafts.js' */
/** @import { Message } from './types.js' */
/** @import { Store } from './store.js' */

const TALLEST_PX = 150

/**
 * The line to write in. Each chat keeps its own draft.
 *
 * @param {Store} store
 * @param {{ isBusiness: () => boolean }} role
 */
export function createComposer(store, role) {
  const text = byId('text', HTMLTextAreaElement)
  const drafts = createDrafts()
  let key = ''

  /** @param {Partial<Draft>} changes */
  function change(changes) {
    drafts.change(key, changes)
    show()
  }

  function show() {
    const draft = drafts.of(key)
    showWords(text, draft.text, role.isBusiness())
    showContext(store, draft, store.message(key, draft.quoteId ?? ''), stopContext)
  }

  function stopContext() {
    const editing = drafts.of(key).editing !== undefined
    change({ quoteId: undefined, ...(editing && { editing: undefined, text: '' }) })
    text.focus()
  }

  async function submit() {
    const words = text.value.trim()
    if (words === '') return
    const chat = key
    const draft = drafts.take(chat)
    show()
    if (!(await trying(() => send(store, chat, words, draft, role.isBusiness()))))
      drafts.giveBack(chat, draft)
    if (key === chat) show()
  }

  text.addEventListener('input', () => change({ text: text.value }))
  text.addEventListener('keydown', event => onKey(event, { submit, stopContext }))
  byId('composer').addEventListener('submit', event => {
    event.preventDefault()
    void submit()
    text.focus()
  })
  byId('emoji').addEventListener('click', () =>
    openEmojiPicker(byId('emoji'), emoji => {
      text.setRangeText(emoji, text.selectionStart, text.selectionEnd, 'end')
      change({ text: text.value })
    }),
  )

  return {
    show,
    focus: () => text.focus(),
    /** @param {string} chat */
    open(chat) {
      key = chat
      show()
    },
    /** @param {string} id */
    quote(id) {
      stopContext()
      change({ quoteId: id })
    },
    /** @param {Message} message */
    edit(message) {
      change({ editing: message, quoteId: undefined, text: message.text ?? '' })
      text.focus()
    },
    /** The message that the next one replies to; asked for once. */
    takeQuote() {
      const { quoteId } = drafts.of(key)
      change({ quoteId: undefined })
      return quoteId
    },
  }
}

/** @type {(store: Store, chat: string, words: string, draft: Draft, business: boolean) => Promise<unknown>} */
function send(store, chat, words, { quoteId, editing }, business) {
  const place = store.placeOf(chat)
  if (business) return api.echo(place, words, quoteId)
  if (editing) return api.edit(place, editing.id, words)
  return api.sendMessage(place, { text: words }, quoteId)
}

/** @type {(text: HTMLTextAreaElement, words: string, business: boolean) => void} */
function showWords(text, words, business) {
  if (text.value !== words) text.value = words
  // `field-sizing` does this in CSS, but not yet in every browser.
  text.style.height = 'auto'
  const borders = text.offsetHeight - text.clientHeight
  text.style.height = `${Math.min(text.scrollHeight + borders, TALLEST_PX)}px`
  const records = words.trim() === '' && !business
  byId('record').hidden = !records
  byId('send').hidden = records
  byId('attach').hidden = business
}

/** @type {(store: Store, draft: Draft, quoted: Message | undefined, stop: () => void) => void} */
function showContext(store, { editing }, quoted, stop) {
  const node = byId('context')
  const message = editing ?? quoted
  node.hidden = message === undefined
  if (!message) return node.replaceChildren()
  node.className = `context from-${message.author}`
  node.replaceChildren(
    icon(editing ? 'edit' : 'reply'),
    quoteLines(store, message),
    thumbnail(message) ?? '',
    iconButton('close', editing ? 'Stop editing' : 'Do not reply to this message', stop),
  )
}

/** @type {(event: KeyboardEvent, does: { submit: () => unknown, stopContext: () => void }) => void} */
function onKey(event, does) {
  // An input method uses Enter and Escape for its own.
  if (event.isComposing) return
  if (event.key === 'Enter' && !event.shiftKey) does.submit()
  else if (event.key === 'Escape' && !byId('context').hidden) does.stopContext()
  else return
  event.preventDefault()
}
