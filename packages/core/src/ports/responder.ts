import type { Conversation, Message, OutboundContent, Usage } from '../vocabulary/index.js'
import type { Clock } from './clock.js'

/** One burst that wants an answer. */
export interface Turn {
  readonly conversation: Conversation
  /** The customer's unanswered messages, oldest first. Never empty. */
  readonly burst: readonly Message[]
  /** What was said before, oldest first. */
  readonly history: readonly Message[]
  /** The words of the burst, a line a message. */
  readonly text: string
  /** 1 for the first try. */
  readonly attempt: number
  /** How many replies to this burst newer messages have voided. */
  readonly voids: number
}

/** What to answer. */
export interface Answer {
  /** Sent in this order, each after the result of the one before. Empty: the bot stays silent. */
  readonly parts: readonly OutboundContent[]
  /** `auto` (default): by the contextual-reply rule. */
  readonly quote?: 'auto' | 'always' | 'never'
  /** The message of the burst to quote. Default the last one. */
  readonly quotedMessage?: Message
  readonly model?: string
  readonly usage?: Usage
}

/** A turn on its way through middleware. */
export interface TurnContext extends Turn {
  /** Aborts when the lease is lost, a person takes over in this process, or the worker stops. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Set by the responder, or by middleware in its place. `undefined`: the bot stays silent. */
  answer: Answer | undefined
  /** Reports a failure that does not fail the turn, as the bot's `error` event. */
  report(error: unknown): void
}

/**
 * Makes the answer. A string is one text message; nothing or an empty string means silence, and the burst counts as
 * dealt with. Throwing makes the turn run again later, and parks it in the end.
 */
export interface Responder {
  (turn: TurnContext): Answer | string | undefined | Promise<Answer | string | undefined>
  /** How many messages before the burst to load. Default the bot's `history`. */
  readonly history?: number
}

/** Code around the responder, outermost first. Not calling `next` skips the responder. */
export type Middleware = (turn: TurnContext, next: () => Promise<void>) => Promise<void> | void
