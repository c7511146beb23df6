import { phoneNumber } from './describe.js'
import { byId, element } from './dom.js'
import { mcpQuestion } from './mcp-call.js'

/** @import { Account } from './types.js' */
/** @import { Store } from './store.js' */

// A short break, such as a server that restarts, is not worth a banner.
const PATIENCE_MS = 400

/**
 * Says how the page stands with the emulator, and the emulator with the bot.
 *
 * @param {Store} store
 * @param {() => void} openWorkbench
 */
export function createConnectionLine(store, openWorkbench) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  function showConnection() {
    clearTimeout(timer)
    const banner = byId('connection')
    document.body.dataset.connection = store.connection
    if (store.connection !== 'lost') {
      banner.hidden = true
      return
    }
    timer = setTimeout(() => {
      banner.hidden = false
      banner.replaceChildren('The connection to the emulator is lost. Trying again…')
    }, PATIENCE_MS)
  }

  function showBusiness() {
    const account = store.listed
    if (!account) return
    const { state, words } = businessState(store, account)
    const line = byId('business')
    line.dataset.state = state
    // With several accounts the choice above names it.
    const name = store.accounts.length > 1 ? '' : `Business ${phoneNumber(account.phone)} · `
    line.replaceChildren(
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      element('span', {}, name + words),
    )
    if (state === 'none')
      line.append(
        element('button', { type: 'button', class: 'link-button', click: openWorkbench }, 'Set one'),
      )
  }

  store.watch('connection', showConnection)
  for (const topic of ['settings', 'traffic']) store.watch(topic, showBusiness)
}

/**
 * Of an account that pushes nothing.
 *
 * @param {Store['traffic']} traffic
 * @returns {{ state: 'good' | 'quiet', words: string }}
 */
function pollState(traffic) {
  const asked = traffic.some(
    line => line.kind === 'request' && mcpQuestion(line.entry.body) === 'get_messages',
  )
  return asked ? { state: 'good', words: 'the bot asks' } : { state: 'quiet', words: 'no bot has asked yet' }
}

/**
 * @param {Store} store
 * @param {Account} account
 * @returns {{ state: 'none' | 'good' | 'bad' | 'quiet', words: string }}
 */
function businessState({ traffic }, { provider, id, webhook }) {
  if (provider === 'mcp') return pollState(traffic)
  if (webhook === undefined) return { state: 'none', words: 'no webhook' }
  const via = provider === 'meta' ? 'meta' : id
  const last = traffic.find(line => line.kind === 'webhook' && line.entry.via === via)
  if (last?.kind !== 'webhook') return { state: 'quiet', words: 'ready' }
  const { status, attempt } = last.entry
  if (status === 200 || (provider === 'waha' && status !== undefined && status >= 200 && status < 300))
    return { state: 'good', words: 'bot answers' }
  const again = attempt > 1 ? `, try ${attempt}` : ''
  return { state: 'bad', words: `${status === undefined ? 'no answer' : `answered ${status}`}${again}` }
}
