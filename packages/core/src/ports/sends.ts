import type { MessageStatus, OutboundContent, OutboundMessage } from '../vocabulary/index.js'
import type { HandoffChange, WindowRefusal } from './ingest.js'

/** A message to hand to a channel now. The store already says `sending`. */
export interface OutboxItem {
  readonly conversationId: string
  readonly messageId: string
  readonly author: 'bot' | 'operator'
  /** 1 for the first try. */
  readonly attempt: number
  /** How many of the tries before this one were given back before the message left. Absent: none. */
  readonly deferrals?: number
  /** When the customer wrote last, epoch milliseconds by the provider's time. Absent: never. */
  readonly customerAt?: number
  /** A person said that it may go whatever the window is. */
  readonly released?: true
  /** Only a template may go out in its place: the provider said that the window is closed. */
  readonly asTemplate?: true
  readonly message: OutboundMessage
}

export interface SendRecord {
  /** The outbound id. */
  readonly id: string
  readonly attempt: number
  readonly outcome: /** `content`: what went out in place of the message's own, such as a template. */
    | { readonly kind: 'sent'; readonly providerId?: string; readonly content?: OutboundContent }
    | { readonly kind: 'failed' | 'unknown'; readonly error: string }
    /** It did not leave, and waits until the customer writes or somebody releases it. */
    | { readonly kind: 'parked'; readonly reason: 'window' | 'account'; readonly error: string }
    | { readonly kind: 'retry'; readonly afterMs: number; readonly error: string }
    /** It did not leave, and is no try that counts. Without `error` the one before stays. */
    | { readonly kind: 'deferred'; readonly afterMs: number; readonly error?: string }
  readonly sendLeaseMs: number
}

export interface SendRecordResult {
  readonly id: string
  readonly status: MessageStatus
  /** The next reply of the same turn, now recorded as `sending`. */
  readonly next?: OutboxItem
  /** What a receipt that came before this record made of it: as of an `IngestResult`. */
  readonly refused?: readonly WindowRefusal[]
}

/** What happens to a message whose outcome stays unknown: wait for a person, or send it once more. */
export type UnknownPolicy = 'park' | 'resend'

export interface OutboxOptions {
  readonly limit: number
  readonly sendLeaseMs: number
  readonly unknownPolicy: UnknownPolicy
  /** How long the provider has to report an unknown message before the policy applies. */
  readonly reconcileMs: number
  readonly maxAttempts: number
}

export interface SweepResult {
  /** Conversations with unanswered messages, with the time until they are due. */
  readonly due: readonly { readonly conversationId: string; readonly dueInMs: number }[]
  /** Conversations that went back to the bot because nobody wrote. */
  readonly handedBack: readonly HandoffChange[]
  /** Sends whose time ran out. */
  readonly unknown: readonly { readonly messageId: string; readonly conversationId: string }[]
  /** Time until the next pending message may be sent. `null`: none waits. */
  readonly nextSendInMs: number | null
}

export interface SweepOptions {
  readonly limit: number
  /** Also name conversations that become due within this time. */
  readonly horizonMs: number
}
