import { contentOf } from './describe.js'
import { element, icon } from './dom.js'
import { webAddress } from './format-text.js'
import { linkedMedia, sourceOf } from './media-body.js'
import { link, textBody } from './text-body.js'

/** @import { Message } from './types.js' */
/** @import { Actions } from './actions.js' */

/**
 * What the bot offers, but for the buttons; or what a person tapped.
 *
 * @type {(message: Message) => Node}
 */
export function interactiveBody(message) {
  const { header, footer, type } = contentOf(message)
  if (message.author === 'person') return textBody(message.text ?? `[${type}]`)
  return element(
    'div',
    { class: 'offer' },
    header && headerOf(header, message),
    textBody(message.text ?? ''),
    footer?.text && element('span', { class: 'offer-footer' }, `\n${footer.text}`),
  )
}

/**
 * A template: its name and what was filled in.
 *
 * @type {(message: Message) => Node}
 */
export function templateBody({ content, text }) {
  const { name, language } = contentOf({ content })
  const words = text?.startsWith(`${name}: `) ? text.slice(String(name).length + 2) : ''
  return element(
    'div',
    { class: 'offer' },
    element('span', { class: 'kind-label' }, icon('list'), `Template ${name} · ${language?.code ?? ''}`),
    textBody(words || 'no parameters'),
  )
}

/**
 * The buttons below an offer; undefined when there are none.
 *
 * @param {Message} message
 * @param {Actions} actions
 */
export function messageChoices(message, actions) {
  if (message.author === 'person' || message.revoked) return undefined
  const content = contentOf(message)
  /** @type {Node[]} */
  let buttons = []
  if (message.type === 'interactive')
    buttons = choicesOf(content.type, content.action ?? {}, message, actions)
  else if (message.type === 'template') buttons = quickReplies(content.components, message, actions)
  else if (message.type === 'poll')
    buttons = list(content.options).map(option => pollOption(String(option), message, actions))
  return buttons.length > 0 ? element('div', { class: 'choices' }, ...buttons) : undefined
}

/**
 * @param {any} header
 * @param {Message} message
 */
function headerOf(header, message) {
  if (header.type === 'text')
    return element('strong', { class: 'offer-header', dir: 'auto' }, String(header.text))
  const media = { ...message, text: '', type: String(header.type), content: header[header.type] }
  const source = sourceOf(media)
  if (source !== undefined && header.type === 'image')
    return element('img', { class: 'offer-picture', src: source, alt: '' })
  return linkedMedia(
    media,
    header.type === 'document' ? 'document' : header.type === 'video' ? 'video' : 'photo',
    'Header',
  )
}

/**
 * @param {string} type
 * @param {any} action
 * @param {Message} message
 * @param {Actions} actions
 * @returns {Node[]}
 */
function choicesOf(type, action, message, actions) {
  const { parameters = {} } = action
  if (type === 'button')
    return list(action.buttons).map(({ reply }) =>
      choice('reply', String(reply?.title), () =>
        actions.tapButton(message, { id: String(reply?.id), title: String(reply?.title) }),
      ),
    )
  if (type === 'list') return [choice('list', String(action.button), () => actions.openList(message))]
  if (type === 'location_request_message')
    return [choice('place', 'Send location', () => actions.sendSample('location', message.id))]
  const address = webAddress(parameters.url)
  if (type === 'cta_url' && address) return [link(address, icon('link'), String(parameters.display_text))]
  const words = parameters.flow_cta ?? parameters.display_text ?? type.replaceAll('_', ' ')
  return [element('span', { class: 'choice-note' }, `${words}: not played by this phone`)]
}

/**
 * @param {unknown} components
 * @param {Message} message
 * @param {Actions} actions
 */
function quickReplies(components, message, actions) {
  const replies = list(components).filter(each => String(each.sub_type).toLowerCase() === 'quick_reply')
  return replies.map((each, place) => {
    const payload = String(each.parameters?.[0]?.payload ?? '')
    const text = payload || `Button ${place + 1}`
    return choice('reply', text, () => actions.tapTemplateButton(message, { payload, text }))
  })
}

/**
 * @param {string} option
 * @param {Message} message
 * @param {Actions} actions
 */
function pollOption(option, message, actions) {
  const votes = Object.values(message.votes ?? {}).filter(chosen => chosen.includes(option)).length
  const button = choice(votes > 0 ? 'chosen' : 'choose', option, () => actions.vote(message, option))
  button.classList.add('poll-option')
  button.setAttribute('aria-pressed', String(votes > 0))
  const count = element('span', { class: 'poll-votes', 'aria-label': `${votes} votes` }, String(votes))
  if (votes > 0) button.append(count)
  return button
}

/**
 * @param {string} iconName
 * @param {string} label
 * @param {() => void} click
 */
function choice(iconName, label, click) {
  return element(
    'button',
    { type: 'button', class: 'choice', click },
    icon(iconName),
    element('span', { dir: 'auto' }, label),
  )
}

/**
 * @param {unknown} value
 * @returns {any[]}
 */
function list(value) {
  return Array.isArray(value) ? value : []
}
