import { trying } from './actions.js'
import * as api from './api.js'
import { byId, element, iconButton } from './dom.js'
import { describeFault, FAULT_FORMS } from './fault-forms.js'
import { createTraffic } from './traffic.js'

/** @import { Store } from './store.js' */
/** @import { FaultForm } from './fault-forms.js' */

const TICK_TIMES = {
  'as usual': {},
  'after 5 seconds': { sentMs: 5000, deliveredMs: 5500 },
  'in the wrong order': { order: 'reversed' },
  never: /** @type {const} */ (false),
}

/**
 * The drawer for whoever develops the bot: what shall go wrong, where webhooks go, and what went over the wire.
 *
 * @param {Store} store
 */
export function createWorkbench(store) {
  const drawer = byId('workbench')
  const opener = byId('open-workbench')
  const active = element('ul', { class: 'active-faults', 'aria-label': 'Faults in force' })
  const webhook = element('input', {
    type: 'url',
    name: 'webhook',
    placeholder: 'http://127.0.0.1:3000/webhooks/meta',
    'aria-label': 'Webhook URL',
    autocomplete: 'off',
    spellcheck: 'false',
  })

  function build() {
    drawer.append(
      element('header', {}, element('h2', {}, 'Faults and traffic'), iconButton('close', 'Close', close)),
      section('In force', active),
      section('Webhooks to the bot', ...FAULT_FORMS.webhooks.map(faultForm)),
      section('Sends of the bot', ...FAULT_FORMS.sends.map(faultForm)),
      section('Where webhooks go', webhookForm(store, webhook)),
      section('Statuses for the bot', tickTimes()),
      section('Traffic', createTraffic(store)),
    )
    store.watch('faults', showFaults)
    store.watch('settings', showWebhook)
    showFaults()
    showWebhook()
  }

  function showFaults() {
    const left = store.faults.filter(({ remaining }) => remaining !== 0)
    opener.classList.toggle('marked', left.length > 0)
    const rows = left.map(({ id, fault, remaining }) => {
      const words = `${describeFault(fault)}${remaining === 1 ? '' : remaining === 'always' ? ', always' : `, ${remaining} left`}`
      return element(
        'li',
        {},
        words,
        iconButton('close', `Take back: ${words}`, () => trying(() => api.removeFault(id))),
      )
    })
    const hadFocus = active.contains(document.activeElement)
    const nothing = element('li', { class: 'nothing' }, 'Nothing: all goes well.')
    active.replaceChildren(...(rows.length > 0 ? rows : [nothing]))
    // Whoever took a fault back by keyboard goes on from there.
    if (hadFocus) (active.querySelector('button') ?? drawer.querySelector('button'))?.focus()
  }

  function showWebhook() {
    const url = store.listed?.webhook
    if (document.activeElement !== webhook) webhook.value = url?.startsWith('http') ? url : ''
  }

  function open() {
    if (!drawer.hasChildNodes()) build()
    drawer.hidden = false
    opener.setAttribute('aria-expanded', 'true')
    drawer.querySelector('button')?.focus()
  }

  function close() {
    drawer.hidden = true
    opener.setAttribute('aria-expanded', 'false')
    opener.focus()
  }

  opener.addEventListener('click', () => (drawer.hidden ? open() : close()))
  drawer.addEventListener('keydown', event => {
    if (event.key === 'Escape') close()
  })
  store.watch('faults', () =>
    opener.classList.toggle(
      'marked',
      store.faults.some(({ remaining }) => remaining !== 0),
    ),
  )
  return { open }
}

/** @type {(title: string, ...children: Node[]) => HTMLElement} */
function section(title, ...children) {
  return element('section', {}, element('h3', {}, title), ...children)
}

/** @param {FaultForm} form */
function faultForm({ label, unit, value, max = 60_000, fault }) {
  const input =
    unit &&
    element('input', {
      type: 'number',
      min: 1,
      max,
      value: value ?? 1,
      'aria-label': `${label}: ${unit}`,
      required: true,
    })
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    void trying(() => api.addFault(fault(input ? input.valueAsNumber : 1)))
  }
  return element(
    'form',
    { class: 'fault', submit },
    element('span', { class: 'fault-label' }, label),
    input && element('span', { class: 'fault-number' }, input, unit),
    element('button', { class: 'secondary', 'aria-label': `Add: ${label}` }, 'Add'),
  )
}

/** @type {(store: Store, input: HTMLInputElement) => HTMLElement} */
function webhookForm(store, input) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    void trying(() => api.changeSettings({ webhook: input.value, via: store.listed?.id }))
  }
  return element(
    'form',
    { class: 'webhook-form', submit },
    input,
    element('button', { class: 'secondary' }, 'Set'),
  )
}

function tickTimes() {
  const change = (/** @type {Event} */ event) => {
    const chosen = /** @type {HTMLSelectElement} */ (event.target).value
    const statuses = TICK_TIMES[/** @type {keyof TICK_TIMES} */ (chosen)]
    void trying(() => api.changeSettings({ statuses }))
  }
  const options = Object.keys(TICK_TIMES).map(name => element('option', {}, name))
  return element(
    'label',
    { class: 'field-row' },
    'sent and delivered',
    element('select', { change }, ...options),
  )
}
