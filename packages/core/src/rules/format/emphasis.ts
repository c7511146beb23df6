/** WhatsApp's signs: `*bold*`, `_italic_`, `~strike~`. */
type Mark = '*' | '_' | '~'

/** Signs of emphasis in a row, as they were written, and what they turn out to open and close. */
export interface DelimiterRun {
  readonly sign: '*' | '_' | '~'
  readonly length: number
  readonly canOpen: boolean
  readonly canClose: boolean
  /** Signs without a partner: they stay as they are. */
  left: number
  readonly opens: Mark[]
  readonly closes: Mark[]
}

const blank = /^[\s\u00a0]?$/u
const punctuation = /[\p{P}\p{S}]/u
const digit = /\p{N}/u
const letter = /[\p{L}\p{N}]/u
/** Scripts that put no blanks between words, or add endings to them: there emphasis begins and ends within them. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const isSpaced = (character: string) => letter.test(character) && !unspaced.test(character)
/** What a word may end before, or begin behind. */
const isEdge = (character: string) =>
  blank.test(character) || punctuation.test(character) || unspaced.test(character)

/** The run of signs from `start` to `end`, by the rules of CommonMark ("Emphasis and strong emphasis") and GFM, but for {@link unspaced}. */
export function delimiterRun(source: string, start: number, end: number): DelimiterRun {
  const sign = source.charAt(start) as DelimiterRun['sign']
  const length = end - start
  const before = characterBefore(source, start)
  const after = String.fromCodePoint(source.codePointAt(end) ?? 32)
  const leftFlanking = !blank.test(after) && (!punctuation.test(after) || isEdge(before))
  const rightFlanking = !blank.test(before) && (!punctuation.test(before) || isEdge(after))
  const inWord = leftFlanking && rightFlanking
  const idle = isArithmetic(sign, length, before, after) || (sign === '~' && length !== 2)
  return {
    sign,
    length,
    canOpen: !idle && leftFlanking && (sign !== '_' || !inWord || punctuation.test(before)),
    canClose: !idle && rightFlanking && (sign !== '_' || !inWord || punctuation.test(after)),
    left: length,
    opens: [],
    closes: [],
  }
}

function characterBefore(source: string, start: number): string {
  if (start === 0) return ' '
  const last = source.charAt(start - 1)
  return /[\udc00-\udfff]/.test(last) && start > 1 ? source.slice(start - 2, start) : last
}

/** `2*3*4` and `2**10`: Markdown says emphasis, whoever wrote it meant none, and WhatsApp shows none within a word. */
function isArithmetic(sign: string, length: number, before: string, after: string): boolean {
  if (sign !== '*') return false
  if (digit.test(before) && digit.test(after)) return true
  return length === 1 && isSpaced(before) && isSpaced(after)
}

/**
 * Finds the pairs, as CommonMark's "process emphasis" does. Each kind of closer remembers how far it has searched in vain,
 * which keeps the time linear.
 */
export function pairRuns(runs: readonly DelimiterRun[]): void {
  const openers: number[] = []
  const searched = new Map<string, number>()
  for (const [index, run] of runs.entries()) {
    const kind = `${run.sign}${run.canOpen}${run.length % 3}`
    while (run.canClose && run.left > 0) {
      const place = findOpener(runs, openers, run, searched.get(kind) ?? 0)
      if (place < 0) {
        searched.set(kind, index)
        break
      }
      openers.length = place + 1
      const opener = runs[openers[place] as number] as DelimiterRun
      join(opener, run)
      if (opener.left === 0) openers.pop()
    }
    if (run.canOpen && run.left > 0) openers.push(index)
  }
}

function findOpener(
  runs: readonly DelimiterRun[],
  openers: readonly number[],
  closer: DelimiterRun,
  from: number,
): number {
  for (let place = openers.length - 1; place >= 0; place--) {
    const index = openers[place] as number
    if (index < from) return -1
    const opener = runs[index] as DelimiterRun
    if (opener.sign === closer.sign && mayPair(opener, closer)) return place
  }
  return -1
}

/** CommonMark, rules 9 and 10: `**a*b**` is bold, not italic and a rest. */
function mayPair(opener: DelimiterRun, closer: DelimiterRun): boolean {
  const both = opener.canClose || closer.canOpen
  const sum = opener.length + closer.length
  return !both || sum % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0)
}

function join(opener: DelimiterRun, closer: DelimiterRun): void {
  const used = opener.left >= 2 && closer.left >= 2 ? 2 : 1
  const single = opener.sign === '~' ? '~' : '_'
  const mark: Mark = used === 2 && opener.sign !== '~' ? '*' : single
  opener.left -= used
  closer.left -= used
  // From the inside outwards.
  opener.opens.unshift(mark)
  closer.closes.push(mark)
}

/** The line with WhatsApp's signs. `bold`: it stands within bold already. */
export function renderRuns(pieces: readonly (string | DelimiterRun)[], bold: boolean): string {
  const depth: Record<Mark, number> = { '*': bold ? 1 : 0, _: 0, '~': 0 }
  let text = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece
      continue
    }
    // WhatsApp has no bold within bold: only the outermost signs count.
    for (const mark of piece.closes) if (--depth[mark] === 0) text += mark
    text += piece.sign.repeat(piece.left)
    for (const mark of piece.opens) if (depth[mark]++ === 0) text += mark
  }
  return text
}
