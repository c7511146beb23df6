import { accountName, phoneNumber } from './describe.js'
import { byId, element } from './dom.js'
import { chatAddress } from './route.js'

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

  function show() {
    const accounts = store.accounts.filter(({ provider }, place) => provider !== 'meta' || place === 0)
    label.hidden = accounts.length < 2
    const chosen = store.listed?.id
    select.replaceChildren(
      ...accounts.map(account =>
        element(
          'option',
          { value: account.id, selected: account.id === chosen },
          `${accountName(account)} ${phoneNumber(account.phone)}`,
        ),
      ),
    )
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
  store.watch('settings', show)
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
