import { type DelimiterRun, delimiterRun, pairRuns, renderRuns } from './emphasis.js'
import { decodeEntity } from './entities.js'
import { findBrackets, parseLink } from './links.js'

export interface InlineOptions {
  /** Within bold text: no further signs of bold. */
  readonly bold?: boolean
  /** Within the words of a link, which holds no other one. */
  readonly inLink?: boolean
}

const special = /[\\`<!&[*_~]|(?<![a-z\d])(?:https?:\/\/|www\.)/gi
const escaped = /\\([!-/:-@[-`{-~])/y
const bareUrl = /(?:https?:\/\/|www\.)[^\s<>"`。、，！？；：）】」』]+/iy
const autolink = /<((?:https?:\/\/[^\s<>]{1,2048})|(?:[\w.+-]{1,64}@[\w.-]{1,255}))>/iy
const lineBreak = /<br {0,4}\/?>/iy
const entity = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/iy

/** A line's own words: emphasis, links, code, entities, escapes. Time grows with its length. */
export function formatInline(source: string, options: InlineOptions = {}): string {
  const pieces: (string | DelimiterRun)[] = []
  const context = { source, options, brackets: findBrackets(source), backticks: findBackticks(source) }
  special.lastIndex = 0
  let at = 0
  while (at < source.length) {
    special.lastIndex = at
    const found = special.exec(source)?.index ?? source.length
    if (found > at) pieces.push(source.slice(at, found))
    if (found === source.length) break
    const step = readSpecial(context, found)
    pieces.push(step.piece)
    at = step.end
  }
  pairRuns(pieces.filter(piece => typeof piece !== 'string'))
  return renderRuns(pieces, options.bold ?? false)
}

interface Context {
  readonly source: string
  readonly options: InlineOptions
  /** Where the bracket closes that opens here. */
  readonly brackets: ReadonlyMap<number, number>
  /** Where the backticks are that close those that begin here. */
  readonly backticks: ReadonlyMap<number, number>
}

interface Step {
  readonly piece: string | DelimiterRun
  readonly end: number
}

function readSpecial(context: Context, at: number): Step {
  const { source } = context
  switch (source.charAt(at)) {
    case '\\':
      return replaced(source, at, escaped, match => match[1]) ?? asIs(source, at)
    case '`':
      return readCode(context, at)
    case '<':
      return (
        replaced(source, at, autolink, match => match[1]) ??
        replaced(source, at, lineBreak, () => '\n') ??
        asIs(source, at)
      )
    case '&':
      return replaced(source, at, entity, match => decodeEntity(match[0])) ?? asIs(source, at)
    case '!':
    case '[':
      return readLink(context, at) ?? asIs(source, at)
    case '*':
    case '_':
    case '~': {
      const end = endOfRun(source, at)
      return { piece: delimiterRun(source, at, end), end }
    }
    default:
      return readUrl(source, at)
  }
}

function asIs(source: string, at: number): Step {
  return { piece: source.charAt(at), end: at + 1 }
}

function replaced(
  source: string,
  at: number,
  pattern: RegExp,
  by: (match: RegExpExecArray) => string | undefined,
): Step | undefined {
  pattern.lastIndex = at
  const match = pattern.exec(source)
  const piece = match && by(match)
  return match && piece !== undefined && piece !== null ? { piece, end: at + match[0].length } : undefined
}

/** Word for word: an underscore in an address is no emphasis. What ends a sentence or an emphasis is not part of it. */
function readUrl(source: string, at: number): Step {
  bareUrl.lastIndex = at
  let end = at + (bareUrl.exec(source)?.[0].length ?? 1)
  let open = 0
  for (let index = at; index < end; index++) {
    const character = source.charAt(index)
    if (character === '(') open += 1
    else if (character === ')' && --open < 0) end = index
  }
  while (end > at + 1 && '?!.,:;*_~\'"]'.includes(source.charAt(end - 1))) end -= 1
  return { piece: source.slice(at, end), end }
}

function readLink({ source, options, brackets }: Context, at: number): Step | undefined {
  const isImage = source.charAt(at) === '!'
  const open = isImage ? at + 1 : at
  const close = source.charAt(open) === '[' ? brackets.get(open) : undefined
  const link = close === undefined ? undefined : parseLink(source, close + 1)
  if (close === undefined || !link || (options.inLink && !isImage)) return undefined
  const label = source.slice(open + 1, close)
  // What a picture shows is told word for word, which also ends the nesting.
  const words = (isImage ? label : formatInline(label, { ...options, inLink: true })).trim()
  // The picture in a link stands for the link: one address is enough.
  const piece = options.inLink ? words : linkText(words, link.url)
  return { piece, end: link.end }
}

/** What stays of a link. An address that leads nowhere in a chat is left out, if there are words. */
function linkText(words: string, url: string): string {
  const shown = url.replace(/^(?:mailto|tel):/i, '')
  if (words === '') return shown
  if (shown === '' || /^(?:#|data:)/i.test(shown)) return words
  return plainUrl(words) === plainUrl(shown)
    ? words.length > shown.length
      ? words
      : shown
    : `${words} (${shown})`
}

function plainUrl(url: string): string {
  return url
    .replace(/^https?:\/\/(?:www\.)?|^www\./i, '')
    .replace(/\/$/, '')
    .toLowerCase()
}

/** Code stays as it is. WhatsApp knows one backtick and three; other numbers become three. */
function readCode({ source, backticks }: Context, at: number): Step {
  const run = endOfRun(source, at) - at
  const close = backticks.get(at)
  if (close === undefined) return { piece: source.slice(at, at + run), end: at + run }
  const end = close + run
  if (run === 1 || run === 3) return { piece: source.slice(at, end), end }
  return { piece: `\`\`\`${source.slice(at + run, close).trim()}\`\`\``, end }
}

function endOfRun(source: string, at: number): number {
  const sign = source.charAt(at)
  let end = at + 1
  while (source.charAt(end) === sign) end += 1
  return end
}

/** For each run of backticks the next one of the same length. */
function findBackticks(source: string): ReadonlyMap<number, number> {
  const partners = new Map<number, number>()
  const nextOfLength = new Map<number, number>()
  const runs = [...source.matchAll(/`+/g)]
  for (const { index, 0: run } of runs.reverse()) {
    const next = nextOfLength.get(run.length)
    if (next !== undefined) partners.set(index, next)
    nextOfLength.set(run.length, index)
  }
  return partners
}
