import type { Answer, ClaimedTurn, ReplyDraft } from '../ports/index.js'
import type { Message, OutboundContent, OutboundReaction } from '../vocabulary/index.js'
import { type QuoteThresholds, shouldQuote } from './quote.js'
import { splitText } from './split-text.js'

/** What a responder may return, as an answer. Empty texts are left out. */
export function normaliseAnswer(answer: Answer | string | undefined): Answer | undefined {
  if (typeof answer !== 'string') return answer
  return answer.trim() === '' ? undefined : { parts: [{ type: 'text', text: answer }] }
}

/**
 * The answer with texts that are longer than a channel takes in pieces. A refused text would be no answer at all.
 *
 * @param maxPieces how many messages its texts may become. Parts are never left out: each gets one piece at least
 */
export function splitAnswer(
  answer: Answer | undefined,
  maxTextLength: number | undefined,
  maxPieces: number,
): Answer | undefined {
  if (!answer || maxTextLength === undefined) return answer
  let left = maxPieces - answer.parts.filter(part => part.type === 'text').length
  const parts = answer.parts.flatMap((part): readonly OutboundContent[] => {
    if (part.type !== 'text') return [part]
    const pieces = splitText(part.text, maxTextLength, { maxPieces: 1 + Math.max(0, left) })
    left -= pieces.length - 1
    return pieces.map(text => ({ ...part, text }))
  })
  return { ...answer, parts }
}

/**
 * The replies of an answer, ready to commit. The first part that says something quotes by the contextual-reply rule; how many
 * messages came after the burst is only known inside the commit, so that part of the rule goes along.
 */
export function draftReplies(
  answer: Answer | undefined,
  turn: Pick<ClaimedTurn, 'burst' | 'conversation'>,
  now: number,
  thresholds: QuoteThresholds,
  generateId: () => string,
): readonly ReplyDraft[] {
  const parts = answer?.parts.filter(part => part.type !== 'text' || part.text.trim() !== '') ?? []
  const first = parts.findIndex(({ type }) => type !== 'reaction')
  return parts.map((content, index) => {
    const draft = { id: generateId(), content }
    if (content.type === 'reaction') return { ...draft, quote: aboutTarget(content) }
    const quote = index === first ? quoteOf(answer as Answer, turn, now, thresholds) : undefined
    return quote ? { ...draft, quote } : draft
  })
}

/** A reaction is stored with the message that it is about where others have their quote. */
function aboutTarget({ targetId }: OutboundReaction): NonNullable<ReplyDraft['quote']> {
  return { providerId: targetId, always: true, whenNewer: 0 }
}

function quoteOf(
  answer: Answer,
  turn: Pick<ClaimedTurn, 'burst' | 'conversation'>,
  now: number,
  thresholds: QuoteThresholds,
): ReplyDraft['quote'] {
  const target = answer.quotedMessage ?? turn.burst.at(-1)
  if (answer.quote === 'never' || target?.providerId === undefined) return undefined
  const inBurst = turn.burst.findIndex(message => message.id === target.id)
  const messagesAfter = inBurst === -1 ? turn.burst.length : turn.burst.length - 1 - inBurst
  const situation = {
    messagesAfter,
    ageMs: now - writtenAt(target),
    group: turn.conversation.kind === 'group',
  }
  return {
    providerId: target.providerId,
    always: answer.quote === 'always' || shouldQuote(situation, thresholds),
    // "More than n": n + 1 messages in all, of which some are in the burst already.
    whenNewer: Math.max(0, thresholds.messagesAfter + 1 - messagesAfter),
  }
}

/** The customer's own view: a message that reached us late is old to the person who wrote it. */
function writtenAt(message: Message): number {
  return Math.min(message.sentAt ?? message.receivedAt, message.receivedAt)
}
