import { authorName, describeMessage } from './describe.js'
import { element, icon } from './dom.js'
import { clockTime, fullTime } from './format-time.js'
import { sourceOf } from './media-body.js'

/** @import { Message } from './types.js' */
/** @import { Actions } from './actions.js' */
/** @import { RowFacts } from './message-row.js' */
/** @import { Store } from './store.js' */

const TICK_LABELS = { sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not delivered' }

/**
 * @param {Store} store
 * @param {RowFacts} facts
 */
export function authorLine(store, { message, first, group }) {
  const name = authorName(store, message)
  const shown = first && (message.author === 'phone-app' || group)
  return element(
    'span',
    { class: shown ? `author author-${message.author}` : 'hidden-label', dir: 'auto' },
    shown && message.author === 'phone-app' && icon('business'),
    shown ? name : `${name}: `,
  )
}

/**
 * @param {Store} store
 * @param {Actions} actions
 * @param {RowFacts} facts
 */
export function quoteBlock(store, actions, { message, quoted }) {
  const { quotedId } = message
  if (quotedId === undefined) return undefined
  const click = () => actions.showMessage(quotedId)
  return element(
    'button',
    {
      type: 'button',
      class: `quote from-${quoted?.author ?? 'nobody'}`,
      'aria-label': 'Go to the quoted message',
      click,
    },
    quoted ? quoteLines(store, quoted) : element('span', { class: 'quote-words' }, 'An older message'),
    quoted && thumbnail(quoted),
  )
}

/**
 * Who and what, of a message that is quoted.
 *
 * @param {Store} store
 * @param {Message} message
 */
export function quoteLines(store, message) {
  const { icon: name, words } = describeMessage(message)
  return element(
    'span',
    { class: 'quote-lines' },
    element('span', { class: 'quote-author', dir: 'auto' }, authorName(store, message)),
    element('span', { class: 'quote-words', dir: 'auto' }, name !== undefined && icon(name), words),
  )
}

/** @param {Message} message */
export function thumbnail(message) {
  const source = message.type === 'image' && !message.revoked ? sourceOf(message) : undefined
  return source === undefined ? undefined : element('img', { class: 'quote-picture', src: source, alt: '' })
}

/** @type {(message: Message, mine: boolean) => HTMLElement} */
export function metaLine({ tick, edited, timestamp }, mine) {
  return element(
    'span',
    { class: 'meta', title: fullTime(timestamp) },
    edited && element('span', { class: 'edited' }, 'edited'),
    element('time', {}, clockTime(timestamp)),
    mine
      ? tickMark(tick)
      : tick === 'failed' && element('span', { class: 'not-delivered' }, icon('alert'), 'not delivered'),
  )
}

/** @param {Message['tick']} tick */
export function tickMark(tick) {
  const label = TICK_LABELS[tick]
  const mark = icon(tick === 'sent' ? 'tick' : tick === 'failed' ? 'alert' : 'ticks', `ticks ${tick}`)
  mark.removeAttribute('aria-hidden')
  mark.setAttribute('role', 'img')
  mark.setAttribute('aria-label', label)
  return mark
}

/**
 * @param {Store} store
 * @param {Actions} actions
 * @param {Message} message
 */
export function reactionPill(store, actions, { id, reactions: given }) {
  const all = Object.entries(given)
  if (all.length === 0) return undefined
  const names = all.map(
    ([by, emoji]) => `${by === 'business' ? 'Business' : (store.people.get(by)?.name ?? by)} ${emoji}`,
  )
  const click = (/** @type {MouseEvent} */ event) => actions.openMenu(id, event.currentTarget)
  return element(
    'button',
    {
      type: 'button',
      class: 'reactions',
      'aria-label': `Reactions: ${names.join(', ')}`,
      title: names.join('\n'),
      click,
    },
    [...new Set(Object.values(given))].join(''),
    all.length > 1 && element('small', {}, String(all.length)),
  )
}
