import { contentOf } from './describe.js'
import { element, icon } from './dom.js'
import { fullTime } from './format-time.js'
import { menuItem, openPopup } from './popup.js'
import { openSheet } from './sheet.js'
import { toast } from './toast.js'

/** @import { Message, Place } from './types.js' */
/** @import { Actions } from './actions.js' */

const QUICK_REACTIONS = ['👍', '❤️', '😂', '😮', '😢', '🙏']

/**
 * What can be done with one message.
 *
 * @param {{ message: Message, place: Place, anchor: Element, actions: Actions }} parts
 */
export function openMessageMenu({ message, place, anchor, actions }) {
  openPopup(anchor, 'Message options', close => {
    /** @type {(label: string, name: string, run: () => unknown, className?: string) => HTMLElement} */
    const item = (label, name, run, className) =>
      menuItem(
        label,
        icon(name),
        () => {
          close()
          run()
        },
        className,
      )
    const mine = message.author === 'person' && message.person === place.person && !message.revoked
    return [
      ...(message.revoked ? [] : [reactionRow(message, place, actions, close)]),
      item('Reply', 'reply', () => actions.quote(message.id)),
      ...(message.text ? [item('Copy text', 'copy', () => copy(message.text ?? ''))] : []),
      ...(mine && message.type === 'text' ? [item('Edit', 'edit', () => actions.edit(message))] : []),
      ...(mine
        ? [item('Delete for everyone', 'trash', () => actions.revoke(message.id), 'menu-item danger')]
        : []),
      item('Details', 'code', () => openDetails(message)),
    ]
  })
}

/** @type {(message: Message, place: Place, actions: Actions, close: () => void) => HTMLElement} */
function reactionRow(message, place, actions, close) {
  const given = message.reactions[place.person]
  const buttons = QUICK_REACTIONS.map(emoji => {
    const chosen = given === emoji
    const click = () => {
      close()
      actions.react(message.id, chosen ? '' : emoji)
    }
    const label = chosen ? `Take ${emoji} back` : `React with ${emoji}`
    return element(
      'button',
      { type: 'button', role: 'menuitem', class: chosen ? 'chosen' : '', 'aria-label': label, click },
      emoji,
    )
  })
  return element('div', { class: 'reaction-row', role: 'group', 'aria-label': 'Reactions' }, ...buttons)
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    toast('Copied')
  } catch {
    toast('This browser does not let the page copy.')
  }
}

/** @param {Message} message */
function openDetails(message) {
  const facts = [
    ['Id', message.id],
    ['Type', message.type],
    ['Written', fullTime(message.timestamp)],
    ['State', message.tick],
    ['Quotes', message.quotedId ?? 'nothing'],
  ]
  openSheet('Message details', () => [
    element(
      'dl',
      { class: 'facts' },
      ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    ),
    element('h3', {}, 'On the wire'),
    element(
      'pre',
      { class: 'wire', tabindex: 0 },
      JSON.stringify(
        {
          type: message.type,
          [message.type]: Object.keys(contentOf(message)).length > 0 ? message.content : undefined,
        },
        null,
        2,
      ),
    ),
  ])
}
