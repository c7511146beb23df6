import { authorName } from './describe.js'
import { element, iconButton } from './dom.js'
import { messageChoices } from './interactive-body.js'
import { isBare, messageBody } from './message-body.js'
import { authorLine, metaLine, quoteBlock, reactionPill } from './message-parts.js'

/** @import { Message } from './types.js' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */

/**
 * @typedef {object} RowFacts
 * @property {Message} message
 * @property {boolean} first Of a block by one author.
 * @property {boolean} group
 * @property {boolean} mine Written by whoever holds the phone; in a group only one of the people does.
 * @property {Message | undefined} quoted
 */

/**
 * One message in the list. `update` touches only the parts that changed: a voice note plays on while its ticks move.
 *
 * @param {Store} store
 * @param {Actions} actions
 * @param {RowFacts} facts
 */
export function createRow(store, actions, facts) {
  const { id } = facts.message
  const parts = partsOf(store, actions)
  const bubble = element('div', { class: 'bubble' }, ...parts.map(each => each.node()))
  const openMenu = (/** @type {MouseEvent} */ event) => actions.openMenu(id, event.currentTarget)
  const menu = iconButton('down', 'Message options', openMenu, 'row-menu')
  const reply = iconButton('reply', 'Reply to this message', () => actions.quote(id), 'row-reply')
  // The list is one stop for the keyboard: Enter on a message opens its menu.
  for (const button of [menu, reply]) button.tabIndex = -1
  const node = element('li', { tabindex: -1 }, element('div', { class: 'bubble-wrap' }, bubble, menu), reply)
  node.dataset.id = id
  /** @type {RowFacts | undefined} */
  let shown

  /** @param {RowFacts} current */
  function update(current) {
    const { message, first, quoted, mine } = current
    const same = shown?.message === message && shown.quoted === quoted
    if (same && shown?.first === first && shown.mine === mine) return
    shown = current
    node.className = classesOf(current)
    for (const each of parts) each.update(current)
  }

  update(facts)
  return { node, update }
}

/** @type {(store: Store, actions: Actions) => ReturnType<typeof part>[]} */
function partsOf(store, actions) {
  return [
    part(
      facts => authorLine(store, facts),
      ({ message, first, group }) => [first, group, authorName(store, message)],
    ),
    part(
      facts => quoteBlock(store, actions, facts),
      ({ message, quoted }) => [message.quotedId, quoted],
    ),
    part(
      ({ message }) => messageBody(message, actions),
      ({ message: { content, text, revoked } }) => [content, text, revoked],
    ),
    part(
      ({ message, mine }) => metaLine(message, mine),
      ({ message: { tick, edited, timestamp }, mine }) => [tick, edited, timestamp, mine],
    ),
    part(
      ({ message }) => messageChoices(message, actions),
      ({ message: { content, revoked, votes } }) => [content, revoked, votes],
    ),
    part(
      ({ message }) => reactionPill(store, actions, message),
      ({ message }) => message.reactions,
    ),
  ]
}

/**
 * A part of a row that is built anew only when what it shows is different.
 *
 * @param {(facts: RowFacts) => Node | undefined} build
 * @param {(facts: RowFacts) => unknown} shown
 */
function part(build, shown) {
  /** @type {Node & ChildNode} */
  let node = document.createComment('')
  let signature = ''
  return {
    node: () => node,
    /** @param {RowFacts} facts */
    update(facts) {
      const wanted = JSON.stringify(shown(facts))
      if (wanted === signature) return
      signature = wanted
      const fresh = /** @type {Node & ChildNode} */ (build(facts) ?? document.createComment(''))
      node.replaceWith(fresh)
      node = fresh
    },
  }
}

/** @param {RowFacts} facts */
function classesOf({ message, first, mine }) {
  const classes = ['row', mine ? 'mine' : 'theirs', `from-${message.author}`]
  if (first) classes.push('first')
  if (isBare(message)) classes.push('bare')
  if (message.tick === 'failed') classes.push('failed')
  if (message.type === 'sticker') classes.push('sticker-row')
  if (Object.keys(message.reactions).length > 0) classes.push('reacted')
  return classes.join(' ')
}
