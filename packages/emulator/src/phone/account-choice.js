import { accountName, phoneNumber } from './describe.js'
import { byId, element } from './dom.js'
import { chatAddress } from './route.js'

/** @import { Account } from './types.js' */
/** @import { Store } from './store.js' */

/**
 * The choice of the business account whose chats are listed; hidden when there is but one.
 *
 * @param {Store} store
 * @param {() => string | undefined} openKey
 */
export function createAccountChoice(store, openKey) {
  const label = byId('account')
  const select = /** @type {HTMLSelectElement} */ (label.querySelector('select'))

  let shown = ''

  function show() {
    label.hidden = store.accounts.length < 2
    const chosen = store.listed?.id
    const options = store.accounts.map(account => ({ value: account.id, words: wordsOf(account) }))
    // New options would close the list while somebody chooses.
    const now = JSON.stringify([chosen, options])
    if (now === shown) return
    shown = now
    select.replaceChildren(
      ...options.map(({ value, words }) => element('option', { value, selected: value === chosen }, words)),
    )
  }

  /** @param {Account} account */
  function wordsOf(account) {
    const name = `${accountName(account)} ${phoneNumber(account.phone)}`
    if (account === store.listed) return name
    const unread = [...store.chats.values()]
      .filter(chat => chat.account === account.id)
      .reduce((sum, chat) => sum + chat.unread, 0)
    return unread > 0 ? `${name} · ${unread} unread` : name
  }

  /** @param {string | undefined} id */
  function choose(id) {
    if (id === store.listed?.id) return
    store.accountId = id
    for (const topic of ['settings', 'chats']) store.changed(topic)
  }

  select.addEventListener('change', () => {
    const open = store.chats.get(openKey() ?? '')
    choose(select.value)
    // The same person, at the other account.
    if (open && !open.group) location.hash = chatAddress(store.chatKey(open.people[0] ?? '', store.listed))
    else location.hash = '#/'
  })
  for (const topic of ['settings', 'chats']) store.watch(topic, show)
  return {
    /**
     * Lists the account of the chat that was opened.
     *
     * @param {string | undefined} key
     */
    follow(key) {
      const chat = key === undefined ? undefined : store.chats.get(key)
      if (chat) choose(chat.account)
    },
  }
}
