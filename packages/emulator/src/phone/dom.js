/** @typedef {string | number | boolean | undefined | null | ((event: any) => void)} Attribute */

/**
 * Makes an element. Strings become text nodes, never markup; a function is a listener for the event of that name.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string | false | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value)
    else if (value === true) node.setAttribute(name, '')
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, String(value))
  }
  for (const child of children) if (child !== undefined && child !== false) node.append(child)
  return node
}

/**
 * An icon of the sprite in `index.html`.
 *
 * @param {string} name
 * @param {string} [className]
 */
export function icon(name, className = 'icon') {
  const node = svg('svg', { class: className, 'aria-hidden': 'true' })
  node.append(svg('use', { href: `#icon-${name}` }))
  return node
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value))
  return node
}

/**
 * @param {string} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} click
 * @param {string} [className]
 */
export function iconButton(name, label, click, className = 'icon-button') {
  return element(
    'button',
    { type: 'button', class: className, 'aria-label': label, title: label, click },
    icon(name),
  )
}

/**
 * The element of the page with this id.
 *
 * @template {typeof HTMLElement} Kind
 * @param {string} id
 * @param {Kind} [kind]
 * @returns {InstanceType<Kind>}
 */
export function byId(id, kind) {
  const node = document.getElementById(id)
  if (!(node instanceof (kind ?? HTMLElement))) throw new Error(`The page has no element "${id}".`)
  return /** @type {InstanceType<Kind>} */ (node)
}
