import { avatar } from './avatar.js'
import { describeMessage } from './describe.js'
import { byId, element, icon } from './dom.js'
import { listTime } from './format-time.js'
import { tickMark } from './message-parts.js'
import { chatAddress } from './route.js'

/** @import { Account, Chat } from './types.js' */
/** @import { Store } from './store.js' */

/**
 * The list of people and groups, newest first, with what was last said.
 *
 * @param {Store} store
 * @param {() => string | undefined} openKey
 */
export function createPeopleList(store, openKey) {
  const list = byId('chats')
  const search = byId('search', HTMLInputElement)
  /** @type {Map<string, { link: HTMLAnchorElement, row: HTMLLIElement, shown: string }>} */
  const rows = new Map()

  function show() {
    const wanted = search.value.trim().toLocaleLowerCase()
    const account = store.listed
    const mine = [...store.chats.values()].filter(chat => isOf(chat, account))
    const chats = sorted(mine).filter(chat => matches(chat, wanted))
    let place = list.firstElementChild
    for (const chat of chats) {
      const { row } = rowOf(chat)
      if (row === place) place = place.nextElementSibling
      else list.insertBefore(row, place)
    }
    while (place) {
      const next = place.nextElementSibling
      place.remove()
      place = next
    }
    const nobody = byId('nobody')
    nobody.hidden = chats.length > 0 || store.connection === 'connecting'
    nobody.textContent =
      wanted === '' ? 'Nobody is here yet. Add a person.' : `Nobody matches “${search.value.trim()}”.`
    showTitle()
  }

  /** @param {Chat} chat */
  function rowOf(chat) {
    const open = chat.key === openKey()
    const signature = JSON.stringify([chat, open, new Date().toDateString()])
    const known = rows.get(chat.key)
    if (known?.shown === signature) return known
    const link = known?.link ?? element('a', { class: 'chat-link', href: chatAddress(chat.key) })
    const row = known?.row ?? element('li', {}, link)
    link.replaceChildren(...lines(chat, open))
    if (open) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
    const fresh = { link, row, shown: signature }
    rows.set(chat.key, fresh)
    return fresh
  }

  /** @type {(chat: Chat, wanted: string) => boolean} */
  function matches({ people, title, group }, wanted) {
    const person = group ? undefined : store.people.get(people[0] ?? '')
    return [title, person?.phone, person?.username].some(text => text?.toLocaleLowerCase().includes(wanted))
  }

  function showTitle() {
    const unread = [...store.chats.values()].reduce(
      (sum, chat) => sum + (chat.key === openKey() ? 0 : chat.unread),
      0,
    )
    const name = store.chats.get(openKey() ?? '')?.title
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name ? `${name} · ` : ''}Phone`
  }

  search.addEventListener('input', show)
  search.addEventListener('keydown', event => {
    if (event.key === 'Enter') list.querySelector('a')?.click()
    if (event.key === 'ArrowDown') list.querySelector('a')?.focus()
    if (event.key === 'ArrowDown') event.preventDefault()
  })
  list.addEventListener('keydown', moveFocus)
  return { show }
}

/**
 * Whether a chat is with this account.
 *
 * @type {(chat: Chat, account: Account | undefined) => boolean}
 */
const isOf = (chat, account) => account === undefined || chat.account === account.id

/**
 * @param {Chat} chat
 * @param {boolean} open
 * @returns {Node[]}
 */
function lines({ key, title, group, people, unread, typingUntil, lastMessage }, open) {
  const time = lastMessage ? listTime(lastMessage.timestamp, Date.now()) : ''
  const badge =
    unread > 0 &&
    !open &&
    element(
      'span',
      { class: 'badge', 'aria-label': `${unread} unread` },
      unread > 99 ? '99+' : String(unread),
    )
  return [
    avatar({ key: group ? key : (people[0] ?? key), title, group }),
    element(
      'span',
      { class: 'chat-lines' },
      element(
        'span',
        { class: 'chat-line' },
        element('span', { class: 'chat-name', dir: 'auto' }, title),
        element('time', { class: badge ? 'fresh' : '' }, time),
      ),
      element(
        'span',
        { class: 'chat-line' },
        typingUntil === undefined ? lastLine(lastMessage) : typingLine(),
        badge,
      ),
    ),
  ]
}

function typingLine() {
  return element('span', { class: 'chat-last typing-words' }, 'typing…')
}

/** @param {Chat['lastMessage']} message */
function lastLine(message) {
  if (!message) return element('span', { class: 'chat-last' }, 'No messages yet')
  const { icon: name, words } = describeMessage(message)
  const mine = message.author === 'person'
  return element(
    'span',
    { class: 'chat-last' },
    mine && tickMark(message.tick),
    message.author === 'phone-app' && icon('business'),
    name !== undefined && icon(name),
    element('bdi', {}, words),
  )
}

/**
 * The newest chats first; those without a message keep their order below.
 *
 * @param {Chat[]} chats
 */
function sorted(chats) {
  const time = (/** @type {Chat} */ chat) => chat.lastMessage?.timestamp ?? 0
  return chats.sort((one, other) => time(other) - time(one))
}

/** @param {KeyboardEvent} event */
function moveFocus(event) {
  const row = document.activeElement?.closest('li')
  const next = {
    ArrowDown: row?.nextElementSibling,
    ArrowUp: row?.previousElementSibling,
    Home: row?.parentElement?.firstElementChild,
    End: row?.parentElement?.lastElementChild,
  }[event.key]
  if (event.key === 'ArrowUp' && row && !next) byId('search').focus()
  else if (next) next.querySelector('a')?.focus()
  else return
  event.preventDefault()
}
