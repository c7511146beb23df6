import { formatInline } from './format/inline.js'
import { readTable } from './format/table.js'

/**
 * A model's Markdown in WhatsApp's own formatting: `**bold**` becomes `*bold*`, `*italic*` becomes `_italic_`,
 * `~~gone~~` becomes `~gone~`, a heading a bold line, `[words](address)` `words (address)`, a table a line per row.
 * Lists and quotes stay, code stays word for word, HTML entities become characters. What is not Markdown is not touched,
 * nor is a text that is written in WhatsApp's formatting already. The time grows with the length, whatever is written.
 *
 * A single `*word*` means italic in Markdown and bold on WhatsApp. It counts as Markdown, unless the text also has
 * `_signs_` or `~signs~` of WhatsApp and nothing that only Markdown has.
 *
 * @see WhatsApp Help Center, "How to format your messages"
 * @example
 * formatText('## Prices\n\n**Small**: [shop](https://example.com)') // '*Prices*\n\n*Small*: shop (https://example.com)'
 */
export function formatText(text: string): string {
  if (isForWhatsApp(text)) return text
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const written: string[] = []
  for (let at = 0; at < lines.length; ) {
    const block = readFence(lines, at) ?? readTable(lines, at) ?? readTitle(lines, at)
    written.push(block ? block.text.join('\n') : formatLine(lines[at] ?? ''))
    at = block?.end ?? at + 1
  }
  return written.join('\n')
}

const onlyMarkdown = /\*\*|__|~~|\]\(|^[ \t]{0,3}#{1,6}[ \t]/m
const bold = /(?:^|[\s(])\*\S[^*\n]*\*(?![\p{L}\p{N}])/mu
const otherMarks = /(?:^|[\s(])(?:_\S[^_\n]*_|~\S[^~\n]*~)(?![\p{L}\p{N}])/mu

function isForWhatsApp(text: string): boolean {
  return !onlyMarkdown.test(text) && bold.test(text) && otherMarks.test(text)
}

interface Block {
  readonly text: readonly string[]
  /** The line behind it. */
  readonly end: number
}

const fenceStart = /^([ \t]*)(`{3,}(?!`)|~{3,}(?!~))/
/** The name of a language, perhaps with attributes. */
const language = /^[\w+#.-]{0,32}(?:$|[\s{])/

/** Fenced code, word for word but for its language and the indentation of the fence. */
function readFence(lines: readonly string[], from: number): Block | undefined {
  const first = lines[from] ?? ''
  const [start = '', indent = '', fence = ''] = fenceStart.exec(first) ?? []
  const info = first.slice(start.length).trim()
  if (fence === '' || info.includes('`')) return undefined
  // Words right behind the first backticks and right before the last ones: WhatsApp's own way.
  const endsInLine = (line: string) => fence === '```' && info !== '' && line.trimEnd().endsWith('```')
  let end = from + 1
  while (end < lines.length && !closes(lines[end] ?? '', fence) && !endsInLine(lines[end] ?? '')) end += 1
  const isWhatsApps = end < lines.length && !closes(lines[end] ?? '', fence)
  if (isWhatsApps || !language.test(info)) return { text: lines.slice(from, end + 1), end: end + 1 }
  const code = lines
    .slice(from + 1, end)
    .map(line => (line.startsWith(indent) ? line.slice(indent.length) : line))
  return { text: ['```', ...code, '```'], end: end + 1 }
}

function closes(line: string, fence: string): boolean {
  const bare = line.trim()
  return bare.length >= fence.length && bare === fence.charAt(0).repeat(bare.length)
}

/** A title with a line of `=` below it. */
function readTitle(lines: readonly string[], from: number): Block | undefined {
  const title = lines[from]?.trim() ?? ''
  if (title === '' || !/^={3,}[ \t]*$/.test(lines[from + 1] ?? '')) return undefined
  return { text: [boldLine(title)], end: from + 2 }
}

const heading = /^[ \t]{0,3}#{1,6}(?:[ \t]+|$)/
const ruler = /^[ \t]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
const quote = /^[ \t]{0,3}>(?:[ \t]{0,4}>)*[ \t]?/
// A plus before a digit is a phone number.
const bullet = /^([ \t]*)(?:[-*]|\+(?![ \t]*\d))[ \t]+(?:\[([ xX])\][ \t]+)?/
const number = /^[ \t]*\d{1,9}[.)][ \t]+/

function formatLine(line: string): string {
  if (heading.test(line))
    return boldLine(
      line
        .replace(heading, '')
        .trim()
        .replace(/(?<=^|[ \t])#+$/, ''),
    )
  if (ruler.test(line)) return '———'
  const quoted = quote.exec(line)?.[0]
  if (quoted !== undefined) return `> ${formatLine(line.slice(quoted.length))}`
  const item = bullet.exec(line)
  if (item) return `${item[1]}- ${checkbox(item[2])}${formatInline(line.slice(item[0].length))}`
  const start = number.exec(line)?.[0] ?? ''
  return start + formatInline(withoutBreak(line.slice(start.length)))
}

function boldLine(words: string): string {
  const text = formatInline(words, { bold: true }).trim()
  return text === '' ? '' : `*${text}*`
}

function checkbox(state: string | undefined): string {
  if (state === undefined) return ''
  return state === ' ' ? '☐ ' : '☑ '
}

/** Two blanks at the end of a line say that it ends there, which it does anyway. */
function withoutBreak(line: string): string {
  return line.endsWith('  ') ? line.trimEnd() : line
}
