import { type LanguageModel, operatorMark, type Prompt } from '@switchboard/core'

const quotedLines = 5
const quotedEarlierLines = 3
const longestQuote = 60

const introduction =
  'I am Switchboard’s offline responder: no AI model is connected. ' +
  'To connect one, set OPENAI_API_KEY or GROQ_API_KEY and restart.'

/** Asked who or what it is, in the languages that cost one line each. */
const asksWho = wordsOf([
  'who are you|what are you|who is this|are you (a |an )?(real|human|robot|bot|ai|machine|person)|which model',
  'qui[eé]n eres|qu[eé] eres|eres (un |una )?(robot|bot|humano|humana|persona|ia)',
  'quem [eé] voc[eê]|o que [eé] voc[eê]|voc[eê] [eé] (um |uma )?(rob[oô]|bot|humano|humana|pessoa|ia)',
  'wer bist du|was bist du|bist du (ein |eine )?(mensch|roboter|bot|maschine|ki)',
  'qui es[- ]tu|qui [eê]tes[- ]vous|(es-tu|[eê]tes-vous) (un |une )?(robot|bot|humain|humaine|ia)',
  'chi sei|cosa sei|sei (un |una )?(robot|bot|umano|umana|persona|ia)',
])

/** Asked what it keeps. */
const asksStored = wordsOf([
  'what did (i|we) (say|write)|what (have|do|did) (i|we|you) (said|written|stored?|saved?|know|remember)',
  'do you remember|(my|our|chat|conversation|message) history',
  'qu[eé] (dije|escrib[ií]|recuerdas|guardaste)|historial',
  'o que eu (disse|escrevi)|hist[oó]rico',
  'was (habe ich|hast du) (gesagt|geschrieben|gespeichert)|verlauf',
  "qu[’' ]?ai-je (dit|[eé]crit)|historique",
  'cosa ho (detto|scritto)|cronologia',
])

interface Piece {
  readonly author: 'you' | 'me' | 'operator'
  readonly text: string
}

/**
 * Answers without any model and never pretends to be one: it acknowledges what came, says what it is when asked (and
 * in its first answer), and says what it can see of the conversation. Pure: the same prompt gets the same answer, the
 * system prompt is ignored, and what people wrote is only ever quoted.
 *
 * @example
 * const bot = createBot({ …, respond: replyWith(offline(), { fallback: 'Noted.' }) })
 */
export function offline(): LanguageModel {
  return {
    specificationVersion: 'v1',
    provider: 'offline',
    modelId: 'offline',
    async generate(prompt, { signal } = {}) {
      signal?.throwIfAborted()
      return { text: respond(prompt), finishReason: 'stop', modelId: 'offline' }
    },
  }
}

function respond({ messages }: Prompt): string {
  const last = messages.at(-1)
  const question = last?.role === 'user' ? last.text : ''
  const burst = linesOf(question)
  const earlier = messages.slice(0, last?.role === 'user' ? -1 : messages.length).flatMap(piecesOf)
  if (asksStored.test(question)) return describeStored(earlier)
  if (asksWho.test(question)) return introduction
  const firstAnswer = !earlier.some(piece => piece.author === 'me')
  return firstAnswer ? `${acknowledge(burst)}\n\n${introduction}` : acknowledge(burst)
}

/** A burst arrives as lines, and so does one long message: it lists what it got and claims no number of messages. */
function acknowledge(burst: readonly string[]): string {
  if (burst.length === 0) return '✓ I got it, but it has no words that I can read.'
  if (burst.length === 1) return `✓ I got: ${quote(burst)}`
  const more = burst.length - quotedLines
  return `✓ I got all ${burst.length}: ${quote(burst.slice(0, quotedLines))}${more > 0 ? ` and ${more} more` : ''}`
}

function describeStored(earlier: readonly Piece[]): string {
  if (earlier.length === 0) return 'Before what you just wrote I see nothing of this conversation.'
  const count = (author: Piece['author']) => earlier.filter(piece => piece.author === author).length
  const latest = earlier.slice(-quotedEarlierLines).map(({ author, text }) => `${author}: ${quote([text])}`)
  return (
    `Of this conversation I see ${earlier.length} lines before what you just wrote: ${count('you')} from you, ` +
    `${count('me')} from me, ${count('operator')} from an operator. The latest:\n${latest.join('\n')}`
  )
}

/**
 * Only an assistant turn can hold an operator's words: a customer who writes the mark remains a customer. The lines
 * after the mark are the rest of that message, because the bot answers only after the customer wrote again.
 */
function piecesOf({ role, text }: Prompt['messages'][number]): Piece[] {
  let author: Piece['author'] = role === 'user' ? 'you' : 'me'
  return linesOf(text).map(line => {
    if (author === 'you' || !line.startsWith(`${operatorMark} `)) return { author, text: line }
    author = 'operator'
    return { author, text: line.slice(operatorMark.length + 1) }
  })
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap(line => line.trim() || [])
}

function quote(texts: readonly string[]): string {
  return texts.map(text => `“${shorten(text)}”`).join(' · ')
}

/** Cuts between characters, never inside one. */
function shorten(text: string): string {
  const characters = [...text]
  return characters.length <= longestQuote ? text : `${characters.slice(0, longestQuote - 1).join('')}…`
}

function wordsOf(alternatives: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join('|')})(?![\\p{L}\\p{N}])`, 'iu')
}
