import { avatar } from './avatar.js'
import { accountName, addressOf, phoneNumber } from './describe.js'
import { byId, element } from './dom.js'

/** @import { Chat } from './types.js' */
/** @import { Store } from './store.js' */

/**
 * Shows whose phone it is, and how the business sees them.
 *
 * @param {Store} store
 * @param {Chat} chat
 */
export function showRoomHead(store, chat) {
  const typing = chat.typingUntil !== undefined
  const who = chat.group ? `${chat.people.length} people` : addressOf(store.people.get(chat.people[0] ?? ''))
  const address = [toAccount(store, chat), who].filter(Boolean).join(' · ')
  const subtitle = byId('room-subtitle')
  byId('room-title').textContent = chat.title
  byId('room-avatar').replaceChildren(
    avatar({ ...chat, key: chat.group ? chat.key : (chat.people[0] ?? '') }),
  )
  byId('log').setAttribute('aria-label', `Messages with ${chat.title}`)
  subtitle.textContent = typing ? 'The business is typing…' : address
  subtitle.classList.toggle('typing-words', typing)
}

/**
 * To which of several accounts they write: by its provider, and by its number where that has more than one.
 *
 * @param {Store} store
 * @param {Chat} chat
 */
function toAccount({ accounts }, chat) {
  const account = accounts.find(({ id }) => id === chat.account)
  if (!account || accounts.length < 2) return ''
  const alone = accounts.filter(({ provider }) => provider === account.provider).length === 1
  return `to ${accountName(account)}${alone ? '' : ` ${phoneNumber(account.phone)}`}`
}

/**
 * In a group: the choice of who writes.
 *
 * @param {Store} store
 * @param {Chat} chat
 */
export function showGroupAuthor(store, { key, group, people }) {
  const label = byId('group-author')
  const select = label.querySelector('select')
  label.hidden = !group
  byId('as-business').hidden = group
  if (!group || !select) return
  const chosen = store.placeOf(key).person
  const option = (/** @type {string} */ person) =>
    element(
      'option',
      { value: person, selected: person === chosen },
      store.people.get(person)?.name ?? person,
    )
  select.replaceChildren(...people.map(option))
  select.onchange = () => {
    store.groupAuthors.set(key, select.value)
    store.changed(`thread:${key}`)
  }
}

/**
 * Says as whom one writes.
 *
 * @param {boolean} business
 * @param {string} name
 */
export function showRole(business, name) {
  const text = byId('text')
  byId('as-business').setAttribute('aria-checked', String(business))
  byId('composer').classList.toggle('as-business', business)
  byId('as-business-note').hidden = !business
  text.setAttribute('placeholder', business ? `Answer ${name} as the business` : 'Message')
  text.setAttribute('aria-label', business ? 'Message as the business' : 'Message')
}
