import { trying } from './actions.js'
import { addPerson } from './api.js'
import { element } from './dom.js'
import { chatAddress } from './route.js'
import { openSheet } from './sheet.js'

/** @import { Store } from './store.js' */

/**
 * Asks for a new person and opens the chat with the account that is listed.
 *
 * @param {Store} store
 */
export function openNewPerson(store) {
  const name = field('Name', { name: 'name', required: true, maxlength: 60, dir: 'auto' })
  const phone = field('Phone number', {
    name: 'phone',
    type: 'tel',
    placeholder: 'made up when empty',
    pattern: '[+0-9 ()\\-]{6,24}',
  })
  const username = field('Username', {
    name: 'username',
    placeholder: '@jo.lee',
    pattern: '@?[A-Za-z0-9._]{3,35}',
  })
  username.hidden = true

  /** @param {boolean} hidden */
  function hidePhone(hidden) {
    phone.hidden = hidden
    username.hidden = !hidden
  }
  const kinds = element(
    'fieldset',
    { class: 'segments' },
    element('legend', {}, 'The business sees'),
    segment('a phone number', true, () => hidePhone(false)),
    segment('only a username', false, () => hidePhone(true)),
  )
  openSheet('New person', close => {
    /** @param {SubmitEvent} event */
    async function submit(event) {
      event.preventDefault()
      if (!(event.target instanceof HTMLFormElement)) return
      const given = new FormData(event.target)
      const text = (/** @type {string} */ key) => String(given.get(key) ?? '').trim()
      const shown = phone.hidden
        ? { phone: null, username: withAt(text('username')) }
        : text('phone')
          ? { phone: text('phone') }
          : {}
      await trying(async () => {
        const { person } = await addPerson({ name: text('name'), ...shown })
        close()
        location.hash = chatAddress(store.chatKey(person.key, store.listed))
      })
    }
    return [
      element(
        'form',
        { class: 'fields', submit },
        name,
        kinds,
        phone,
        username,
        element('button', { class: 'primary' }, 'Add'),
      ),
    ]
  })
}

/** @param {string} username */
function withAt(username) {
  return username === '' ? undefined : `@${username.replace(/^@/, '')}`
}

/**
 * @param {string} label
 * @param {Record<string, string | number | boolean>} attributes
 */
function field(label, attributes) {
  return element(
    'label',
    { class: 'field' },
    element('span', {}, label),
    element('input', { type: 'text', autocomplete: 'off', ...attributes }),
  )
}

/** @type {(label: string, checked: boolean, choose: () => void) => HTMLElement} */
function segment(label, checked, choose) {
  return element(
    'label',
    {},
    element('input', { type: 'radio', name: 'shown', checked, change: choose }),
    element('span', {}, label),
  )
}
