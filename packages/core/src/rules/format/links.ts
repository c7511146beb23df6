/** Where each square bracket closes. Brackets after a backslash are words. */
export function findBrackets(source: string): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>()
  const open: number[] = []
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at)
    if (character === '\\') at += 1
    else if (character === '[') open.push(at)
    else if (character === ']') {
      const start = open.pop()
      if (start !== undefined) pairs.set(start, at)
    }
  }
  return pairs
}

export interface Link {
  readonly url: string
  /** Behind the closing parenthesis. */
  readonly end: number
}

/** Longer ones are text. The bounds keep the time linear whatever is written. */
const longestUrl = 2048
const longestTitle = 512
const deepestParentheses = 32

const inAngles = /<([^<>]{0,2048})>/y
const blanks = /[ \t]{0,16}/y

/** `(url)` or `(url "title")` at this place. */
export function parseLink(source: string, at: number): Link | undefined {
  if (source.charAt(at) !== '(') return undefined
  const start = skipBlanks(source, at + 1)
  const target = readAngles(source, start) ?? readTarget(source, start)
  if (!target) return undefined
  const end = skipTitle(source, skipBlanks(source, target.end))
  if (source.charAt(end) !== ')') return undefined
  return { url: target.url.replace(/\\([!-/:-@[-`{-~])/g, '$1'), end: end + 1 }
}

function skipBlanks(source: string, at: number): number {
  blanks.lastIndex = at
  blanks.test(source)
  return Math.max(at, blanks.lastIndex)
}

function readAngles(source: string, at: number): Link | undefined {
  inAngles.lastIndex = at
  const match = inAngles.exec(source)
  return match ? { url: match[1] ?? '', end: at + match[0].length } : undefined
}

/** An address with balanced parentheses and without blanks. */
function readTarget(source: string, start: number): Link | undefined {
  let open = 0
  for (let at = start; at < source.length && at - start <= longestUrl; at++) {
    const character = source.charAt(at)
    if (character === '\\') at += 1
    else if (character === '(' && ++open > deepestParentheses) return undefined
    else if (character <= ' ' || (character === ')' && --open < 0)) {
      return open > 0 ? undefined : { url: source.slice(start, at), end: at }
    }
  }
  return undefined
}

const closingQuotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '(': ')' }

function skipTitle(source: string, at: number): number {
  const quote = closingQuotes[source.charAt(at)]
  if (quote === undefined) return at
  const close = source.slice(at + 1, at + longestTitle).indexOf(quote)
  return close < 0 ? at : skipBlanks(source, at + 1 + close + 1)
}
