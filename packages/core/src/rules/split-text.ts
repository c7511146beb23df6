export interface SplitOptions {
  /** After this many pieces the rest is cut off, and the last piece ends with `[…]`. Default: no limit. */
  readonly maxPieces?: number
}

/** Stands at the end of a text whose rest was cut off. */
const cutMark = '[…]'

const fence = '```'
const opening = `${fence}\n`
const closing = `\n${fence}`

/** Below this length there is no room for a code block with its fences: they count as text. */
const leastForCode = 40

/** A fenced block: `start` at its opening fence, `end` behind its closing one. */
interface Block {
  readonly start: number
  readonly end: number
}

/**
 * A text in pieces of at most `most` UTF-16 units, for channels that take no longer ones. It is broken between
 * paragraphs, lines, sentences or words, wherever the piece stays longer than half of what is allowed; within a word
 * only when there is no other way, and never within a character as people see it, unless that alone is too long. A code
 * block stays whole; one that is longer than a piece is closed and opened again. Blanks at the joints are left out.
 */
export function splitText(text: string, most: number, options: SplitOptions = {}): readonly string[] {
  const { maxPieces = Number.POSITIVE_INFINITY } = options
  if (text.length <= most) return [text]
  const source = text.replaceAll('\r\n', '\n')
  const blocks = codeBlocks(source, most)
  const pieces: string[] = []
  let cursor: Cursor = { at: 0, inCode: undefined }
  while (cursor.at < source.length) {
    const next = nextPiece(source, cursor, most, blocks)
    const isLast = pieces.length + 1 >= maxPieces && source.slice(next.cursor.at).trim() !== ''
    if (isLast) {
      pieces.push(lastPiece(source, cursor, most, blocks))
      break
    }
    if (next.piece !== '') pieces.push(next.piece)
    cursor = next.cursor
  }
  return pieces
}

/** How far the text is split. `inCode`: the next piece goes on inside of this block. */
interface Cursor {
  readonly at: number
  readonly inCode: Block | undefined
}

interface Step {
  readonly piece: string
  readonly cursor: Cursor
}

/** A piece that is shorter by the mark, with the mark. */
function lastPiece(source: string, cursor: Cursor, most: number, blocks: readonly Block[]): string {
  const room = most - cutMark.length - 1
  if (room < 2) return cutMark.slice(0, most)
  const { piece } = nextPiece(source, cursor, room, blocks)
  return `${piece}${piece.endsWith(fence) ? '\n' : ' '}${cutMark}`.trimStart()
}

function nextPiece(source: string, { at, inCode }: Cursor, most: number, blocks: readonly Block[]): Step {
  const prefix = inCode ? opening : ''
  const limit = at + most - prefix.length
  if (source.length <= limit) {
    const rest = prefix + (inCode ? source.slice(at) : source.slice(at).trim())
    return { piece: rest.trimEnd(), cursor: { at: source.length, inCode: undefined } }
  }
  const block = inCode && limit < inCode.end ? inCode : blockAt(blocks, limit)
  if (!block) return cut(source, at, endOfPiece(source, at, limit, blocks), prefix)
  const isLong = block.end - block.start > most
  const comesLate = block.start - at > most / 2
  if (block.start > at && (!isLong || comesLate)) return cut(source, at, block.start, prefix)
  return breakCode(source, at, limit - closing.length, prefix, block)
}

/** The piece from `at` to `end`, and where the next one begins. Indentation at the start of a line is kept. */
function cut(source: string, at: number, end: number, prefix: string): Step {
  const piece = prefix + (prefix === '' ? source.slice(at, end).trim() : source.slice(at, end).trimEnd())
  return { piece, cursor: { at: skipBlanks(source, end), inCode: undefined } }
}

function skipBlanks(source: string, from: number): number {
  blanks.lastIndex = from
  blanks.test(source)
  return Math.max(from, blanks.lastIndex)
}

/** Breaks within a block, best between lines, and closes it. */
function breakCode(source: string, at: number, limit: number, prefix: string, block: Block): Step {
  const line = source.lastIndexOf('\n', limit)
  const least = Math.max(at, block.start + opening.length)
  const atLine = line > least && line - at > (limit - at) / 2
  // Never between the backticks of the closing fence.
  const end = Math.min(atLine ? line : graphemeEnd(source, at, limit), block.end - fence.length)
  if (end <= at) return cut(source, at, block.end, prefix)
  const piece = prefix + source.slice(at, end).trimEnd() + closing
  const next = source.charAt(end) === '\n' ? end + 1 : end
  const isOver = source.slice(next, block.end).trim() === fence
  if (isOver) return { piece, cursor: { at: skipBlanks(source, block.end), inCode: undefined } }
  return { piece, cursor: { at: next, inCode: block } }
}

/** What a break may not come before: characters that belong to the one before them. */
const joined = '[\\p{M}\\p{Grapheme_Extend}\\p{Emoji_Modifier}\\u200d]'

/** Where a text is best broken, the best first: a match ends there. */
const breaks = [
  new RegExp(`\\n[^\\S\\n]*\\n(?!${joined})`, 'gu'),
  new RegExp(`\\n(?!${joined})`, 'gu'),
  // Sentences; not the number of a list item, which ends with a full stop too.
  new RegExp(
    `(?<!^[^\\S\\n]*\\d{1,9})[.!?…؟।](?:["')\\]*_~”’»]{0,4})\\s(?!${joined})|[。！？](?!${joined})`,
    'gmu',
  ),
  // Words; not behind what opens a list item or a quote.
  new RegExp(`(?<!^[^\\S\\n]*(?:[-*+•>]|\\d{1,9}[.)]))\\s(?!${joined})`, 'gmu'),
]

const blanks = /\s*/y

function endOfPiece(source: string, at: number, limit: number, blocks: readonly Block[]): number {
  // One more, so that a blank right behind the piece counts as a place to break it.
  const window = source.slice(at, limit + 1)
  for (const separator of breaks) {
    let best = 0
    for (const match of window.matchAll(separator)) {
      const blank = /\s$/.test(match[0]) ? 1 : 0
      const end = match.index + match[0].length
      if (end - blank <= limit - at && !blockAt(blocks, at + end)) best = end
    }
    if (best > (limit - at) / 2) return at + best
  }
  return graphemeEnd(source, at, limit)
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The last place up to `limit` between two characters as people see them. */
function graphemeEnd(source: string, at: number, limit: number): number {
  const window = source.slice(at, limit + 2)
  const start = graphemes.segment(window).containing(limit - at)?.index ?? limit - at
  if (start > 0) return at + start
  // One character fills the whole piece: at least not between the halves of a surrogate pair.
  const splitsPair = /^[\ud800-\udbff]/.test(source.charAt(limit - 1))
  return splitsPair && limit - 1 > at ? limit - 1 : limit
}

/** The pairs of fences. One without a partner is text. */
function codeBlocks(source: string, most: number): readonly Block[] {
  const blocks: Block[] = []
  if (most < leastForCode) return blocks
  for (let start = source.indexOf(fence); start >= 0; ) {
    const end = source.indexOf(fence, start + fence.length)
    if (end < 0) break
    blocks.push({ start, end: end + fence.length })
    start = source.indexOf(fence, end + fence.length)
  }
  return blocks
}

/** The block that a break at `position` would tear. */
function blockAt(blocks: readonly Block[], position: number): Block | undefined {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.end ?? 0) <= position) low = middle + 1
    else high = middle
  }
  const block = blocks[low]
  return block && block.start < position ? block : undefined
}
