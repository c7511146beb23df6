/**
 * WhatsApp's own markup, as a tree and never as HTML: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, triple backticks,
 * lines that begin with `> ` or `- `, and links.
 *
 * @typedef {{ type: 'text', text: string } | { type: 'link', text: string, href: string }
 *   | { type: 'code', text: string } | { type: 'block', text: string }
 *   | { type: 'bold' | 'italic' | 'strike' | 'quote' | 'item', children: Piece[] }} Piece
 */

/** @type {Readonly<Record<string, 'bold' | 'italic' | 'strike'>>} */
const STYLES = { '*': 'bold', _: 'italic', '~': 'strike' }
const WORD = /[\p{L}\p{N}]/u
const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"]{2,2000}/giu
// More than people nest; keeps a hostile text from nesting as deep as it is long.
const MAX_DEPTH = 6

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function formatText(text) {
  /** @type {Piece[]} */
  const pieces = []
  // Every other part stands between triple backticks; without a partner they are plain text.
  const parts = text.split('```')
  const last = parts.length - 1
  for (const [place, part] of parts.entries()) {
    const between = place % 2 === 1
    if (between && place < last && part.trim() !== '')
      pieces.push({ type: 'block', text: part.replace(/^\n|\n$/g, '') })
    else if (between) pieces.push(...formatLines(`\`\`\`${part}${place < last ? '```' : ''}`))
    // The block has a line of its own already.
    else pieces.push(...formatLines(pieces.at(-1)?.type === 'block' ? part.replace(/^\n/, '') : part))
  }
  return pieces
}

/**
 * The text without its markup, for one line.
 *
 * @param {string} text
 */
export function plainText(text) {
  return flat(formatText(text))
}

/**
 * @param {readonly Piece[]} pieces
 * @returns {string}
 */
function flat(pieces) {
  const words = pieces.map(piece => {
    if (!('children' in piece)) return piece.text
    return piece.type === 'quote' || piece.type === 'item'
      ? `${flat(piece.children)}\n`
      : flat(piece.children)
  })
  return words.join('')
}

/**
 * @param {string} text
 * @returns {Piece[]}
 */
function formatLines(text) {
  /** @type {Piece[]} */
  const pieces = []
  const lines = text.split('\n')
  for (const [place, line] of lines.entries()) {
    const end = place < lines.length - 1 ? '\n' : ''
    const marked = /^(> |[-*] )(.*\S.*)$/.exec(line)
    if (marked?.[1] && marked[2])
      pieces.push({ type: marked[1] === '> ' ? 'quote' : 'item', children: formatLine(marked[2], 0) })
    else pieces.push(...formatLine(line + end, 0))
  }
  return pieces
}

/**
 * @param {string} line
 * @param {number} depth
 * @returns {Piece[]}
 */
function formatLine(line, depth) {
  /** @type {Piece[]} */
  const pieces = []
  /** Markers that have no partner any more: not looked for again, which would be quadratic. */
  const alone = new Set()
  let plain = 0
  for (let place = 0; place < line.length; place += 1) {
    const mark = line[place] ?? ''
    if ((mark !== '`' && !STYLES[mark]) || alone.has(mark) || !opens(line, place)) continue
    const end = findEnd(line, place)
    if (end < 0) {
      alone.add(mark)
      continue
    }
    pieces.push(...linkPieces(line.slice(plain, place)))
    pieces.push(styled(mark, line.slice(place + 1, end), depth))
    place = end
    plain = end + 1
  }
  pieces.push(...linkPieces(line.slice(plain)))
  return pieces
}

/**
 * @param {string} mark
 * @param {string} inside
 * @param {number} depth
 * @returns {Piece}
 */
function styled(mark, inside, depth) {
  const style = STYLES[mark]
  if (!style) return { type: 'code', text: inside }
  const children =
    depth < MAX_DEPTH
      ? formatLine(inside, depth + 1)
      : [/** @type {const} */ ({ type: 'text', text: inside })]
  return { type: style, children }
}

/**
 * A marker opens before a character that is no space and after one that is no word: `2*3*4` is arithmetic.
 *
 * @param {string} line
 * @param {number} place
 */
function opens(line, place) {
  const after = line[place + 1] ?? ' '
  return !WORD.test(line[place - 1] ?? '') && !/\s/.test(after) && after !== line[place]
}

/**
 * Where the marker at `start` is closed, or -1.
 *
 * @param {string} line
 * @param {number} start
 */
function findEnd(line, start) {
  const mark = line[start] ?? ''
  for (let end = line.indexOf(mark, start + 2); end >= 0; end = line.indexOf(mark, end + 1))
    if (!/\s/.test(line[end - 1] ?? ' ') && !WORD.test(line[end + 1] ?? '')) return end
  return -1
}

/**
 * @param {string} text
 * @returns {Piece[]}
 */
function linkPieces(text) {
  /** @type {Piece[]} */
  const pieces = []
  let done = 0
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const link = found.replace(/[.,;:!?)\]}'’]+$/u, '')
    const href = webAddress(link)
    if (href === undefined) continue
    if (index > done) pieces.push({ type: 'text', text: text.slice(done, index) })
    pieces.push({ type: 'link', text: link, href })
    done = index + link.length
  }
  if (done < text.length) pieces.push({ type: 'text', text: text.slice(done) })
  return pieces
}

/**
 * The text as an http or https address; undefined when it is none. Nothing else may be followed by a click.
 *
 * @param {unknown} text
 */
export function webAddress(text) {
  if (typeof text !== 'string') return undefined
  const address = text.startsWith('www.') ? `https://${text}` : text
  return /^https?:/i.test(address) && URL.canParse(address) ? new URL(address).href : undefined
}

/**
 * A text of one to three emoji alone, which is shown larger: how many they are, otherwise 0.
 *
 * @param {string} text
 */
export function countLoneEmoji(text) {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > 60) return 0
  const graphemes = [...new Intl.Segmenter().segment(trimmed)]
  const emoji = graphemes.every(({ segment }) =>
    /\p{Emoji_Presentation}|\p{Extended_Pictographic}|\u20e3/u.test(segment),
  )
  return emoji && graphemes.length <= 3 ? graphemes.length : 0
}
