import { mediaUrl } from './api.js'
import { contentOf } from './describe.js'
import { element, icon } from './dom.js'
import { webAddress } from './format-text.js'
import { link, textBody } from './text-body.js'

/** @import { Message } from './types.js' */
/** @import { Actions } from './actions.js' */

/** @type {(message: Message, actions: Actions) => Node} */
export function imageBody(message, actions) {
  const source = sourceOf(message)
  if (source === undefined) return linkedMedia(message, 'photo', 'Picture')
  const label = message.text ? `Open the picture: ${message.text}` : 'Open the picture'
  const picture = element('img', {
    src: source,
    alt: message.text || 'Picture',
    loading: 'lazy',
    decoding: 'async',
  })
  const button = element(
    'button',
    {
      type: 'button',
      class: 'picture',
      'aria-label': label,
      click: () => actions.showPicture(source, message),
    },
    picture,
  )
  picture.addEventListener('error', () => button.replaceWith(broken('This picture cannot be shown')), {
    once: true,
  })
  return withCaption(button, message)
}

/** @type {(message: Message) => Node} */
export function stickerBody(message) {
  const source = sourceOf(message)
  if (source === undefined) return linkedMedia(message, 'emoji', 'Sticker')
  const picture = element('img', { class: 'sticker', src: source, alt: 'Sticker', loading: 'lazy' })
  picture.addEventListener('error', () => picture.replaceWith(broken('This sticker cannot be shown')), {
    once: true,
  })
  return picture
}

/** @type {(message: Message, actions: Actions) => Node} */
export function videoBody(message, actions) {
  const source = sourceOf(message)
  if (source === undefined) return linkedMedia(message, 'video', 'Video')
  const video = element('video', {
    src: `${source}#t=0.1`,
    preload: 'metadata',
    muted: true,
    playsinline: true,
  })
  const click = () => actions.showVideo(source, message)
  const button = element(
    'button',
    { type: 'button', class: 'picture video', 'aria-label': 'Play the video', click },
    video,
    element('span', { class: 'play-mark' }, icon('play')),
  )
  return withCaption(button, message)
}

/** @type {(message: Message) => Node} */
export function documentBody(message) {
  const source = sourceOf(message)
  if (source === undefined) return linkedMedia(message, 'document', 'Document')
  const content = contentOf(message)
  const name = typeof content.filename === 'string' && content.filename ? content.filename : 'Document'
  const extension =
    /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ??
    String(content.mime_type ?? '')
      .split('/')
      .at(-1) ??
    ''
  const card = element(
    'a',
    { class: 'file-card', href: source, download: name, 'aria-label': `Save ${name}` },
    element(
      'span',
      { class: 'file-sheet', 'aria-hidden': 'true' },
      extension.slice(0, 4).toUpperCase() || 'FILE',
    ),
    element('span', { class: 'file-name', dir: 'auto' }, name),
    icon('download'),
  )
  return withCaption(card, message)
}

/**
 * Where the file is, when the emulator has it.
 *
 * @param {Message} message
 */
export function sourceOf(message) {
  const { id } = contentOf(message)
  return typeof id === 'string' ? mediaUrl(id) : undefined
}

/**
 * The bot gave a link: the page loads nothing from elsewhere, so it shows where it leads.
 *
 * @param {Message} message
 * @param {string} iconName
 * @param {string} label
 */
export function linkedMedia(message, iconName, label) {
  const address = webAddress(contentOf(message).link)
  const where = address ? new URL(address).host : 'no file and no link'
  const inside = [
    icon(iconName),
    element('span', {}, element('strong', {}, label), element('small', {}, where)),
  ]
  const card = address ? link(address, ...inside) : element('span', {}, ...inside)
  card.className = 'link-card'
  return withCaption(card, message)
}

/**
 * @param {Node} media
 * @param {Message} message
 */
function withCaption(media, { text }) {
  const body = document.createDocumentFragment()
  body.append(media)
  if (text) body.append(textBody(text))
  return wrap(body)
}

/** @param {Node} inside */
function wrap(inside) {
  return element('div', { class: 'media-body' }, inside)
}

/** @param {string} words */
function broken(words) {
  return element('span', { class: 'broken' }, icon('photo'), words)
}
