import { element } from './dom.js'
import { clockTime } from './format-time.js'
import { mcpCall } from './mcp-call.js'

/** @import { Store } from './store.js' */

/**
 * What went over the wire, newest first: webhooks to the bot, and its requests.
 *
 * @param {Store} store
 */
export function createTraffic(store) {
  const list = element('ol', { class: 'traffic', 'aria-label': 'Webhooks and requests, newest first' })

  function show() {
    const nothing = element('li', { class: 'nothing' }, 'Nothing yet.')
    list.replaceChildren(...(store.traffic.length > 0 ? store.traffic.map(lineOf) : [nothing]))
  }

  store.watch('traffic', show)
  show()
  return list
}

/** @param {Store['traffic'][number]} line */
function lineOf(line) {
  const { at, arrow, what, outcome, good, detail } =
    line.kind === 'webhook' ? webhookWords(line.entry) : requestWords(line.entry)
  return element(
    'li',
    { title: detail },
    element('time', {}, clockTime(at)),
    element('span', { class: 'traffic-what' }, element('span', { 'aria-hidden': 'true' }, arrow), what),
    element('span', { class: good ? 'outcome good' : 'outcome bad' }, outcome),
  )
}

/** @param {import('./types.js').WebhookAttempt} attempt */
function webhookWords({ at, webhook, attempt, status, error, ms }) {
  const again = attempt > 1 ? ` · try ${attempt}` : ''
  return {
    at,
    arrow: '→ ',
    what: `webhook ${webhook}${again}`,
    outcome: status === undefined ? 'no answer' : `${status} · ${Math.round(ms)} ms`,
    detail: error,
    good: status === 200,
  }
}

/** @param {import('./types.js').GraphRequest} request */
function requestWords({ receivedAt, method, path, body, response, outcome }) {
  const status = response?.status
  const told = outcome === 'answered' ? String(status) : outcome
  return {
    at: receivedAt,
    arrow: '← ',
    what: `${method === 'POST' ? '' : `${method} `}${whatOf(path, body)}`,
    outcome: told,
    detail: `${method} ${path}`,
    good: outcome === 'pending' || (outcome === 'answered' && status !== undefined && status < 300),
  }
}

/**
 * The end of the path says what it is about; a POST of messages may also be a read mark.
 *
 * @param {string} path
 * @param {unknown} body
 */
function whatOf(path, body) {
  const call = mcpCall(body)
  if (call !== undefined) return call
  const last = path.split('?')[0]?.split('/').at(-1) ?? path
  const { type, status, typing_indicator } = /** @type {Record<string, unknown>} */ (body ?? {})
  if (status === 'read') return typing_indicator ? 'read and typing' : 'read'
  return last === 'messages' && typeof type === 'string' ? type : last
}
