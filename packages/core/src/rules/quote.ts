/** When a reply quotes the message that it answers. */
export interface QuoteThresholds {
  /** Quote when more than this many messages came after it. Default 1. */
  readonly messagesAfter: number
  /** Quote when it is older than this, in milliseconds. Default 10 000. */
  readonly olderThanMs: number
  /** Quote always in groups. Default true. */
  readonly inGroups: boolean
}

export const defaultQuoteThresholds: QuoteThresholds = {
  messagesAfter: 1,
  olderThanMs: 10_000,
  inGroups: true,
}

export interface QuoteSituation {
  /** How many messages came after the one that is answered. */
  readonly messagesAfter: number
  /** How long ago it was written, in milliseconds. */
  readonly ageMs: number
  readonly group: boolean
}

/** The contextual-reply rule: quote when the conversation has moved on, when time has passed, or in a group. */
export function shouldQuote(situation: QuoteSituation, thresholds: QuoteThresholds): boolean {
  return (
    situation.messagesAfter > thresholds.messagesAfter ||
    situation.ageMs > thresholds.olderThanMs ||
    (situation.group && thresholds.inGroups)
  )
}
