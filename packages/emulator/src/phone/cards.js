import { contentOf } from './describe.js'
import { element, icon, svg } from './dom.js'
import { link } from './text-body.js'

/** @import { Message } from './types.js' */

/** @type {(message: Message) => Node} */
export function locationBody(message) {
  const { latitude, longitude, name, address } = contentOf(message)
  const place = `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`
  const query = new URLSearchParams({ mlat: String(Number(latitude)), mlon: String(Number(longitude)) })
  const card = link(
    `https://www.openstreetmap.org/?${query}`,
    mapPicture(),
    element(
      'span',
      { class: 'place-words' },
      element('strong', { dir: 'auto' }, typeof name === 'string' && name ? name : 'Location'),
      element('small', { dir: 'auto' }, typeof address === 'string' && address ? address : place),
    ),
  )
  card.className = 'place-card'
  return card
}

/** A drawing and no real map, which would have to be fetched from somewhere. */
function mapPicture() {
  const picture = svg('svg', {
    class: 'map',
    viewBox: '0 0 260 110',
    preserveAspectRatio: 'xMidYMid slice',
    'aria-hidden': 'true',
  })
  for (const [className, d] of [
    ['map-water', 'M0 84c40-14 70 6 110-4s90-22 150-6v36H0z'],
    ['map-park', 'M22 14h58v38H22zM176 8h50v30h-50z'],
    ['map-road', 'M-5 66L265 30M96-5l34 90M150 44l70 20M40 60L20 120'],
  ])
    picture.append(svg('path', { class: className ?? '', d: d ?? '' }))
  picture.append(
    svg('path', { class: 'map-pin', d: 'M130 62c10-12 16-20 16-28a16 16 0 10-32 0c0 8 6 16 16 28z' }),
  )
  picture.append(svg('circle', { class: 'map-eye', cx: 130, cy: 34, r: 6 }))
  return picture
}

/** @type {(message: Message) => Node} */
export function contactsBody({ content }) {
  const cards = Array.isArray(content) ? content : []
  return element('div', { class: 'contact-cards' }, ...cards.slice(0, 20).map(contactCard))
}

/** @param {any} card */
function contactCard(card) {
  const name = String(card?.name?.formatted_name ?? 'Contact')
  const phone = String(card?.phones?.[0]?.phone ?? card?.phones?.[0]?.wa_id ?? '')
  return element(
    'div',
    { class: 'contact-card' },
    element('span', { class: 'contact-picture' }, icon('contact')),
    element('span', {}, element('strong', { dir: 'auto' }, name), phone && element('small', {}, phone)),
  )
}
