import type { Conversation, Message, OutboundContent, TurnOutcome, Usage } from '../vocabulary/index.js'
import type { OutboxItem } from './sends.js'

export interface ClaimOptions {
  /** Length of the lease, by the store's clock. */
  readonly leaseMs: number
  /** How many messages before the burst to load. */
  readonly history: number
  /** The most messages of one burst; the rest is due at once afterwards. */
  readonly maxBurst: number
  /** A conversation claimed more often than this without an ending is parked. */
  readonly maxAttempts: number
}

/** The right to answer one conversation until `leaseMs` passed. The fence grows with each claim and each handoff. */
export interface Lease {
  readonly conversationId: string
  readonly fence: number
}

export interface ClaimedTurn extends Lease {
  readonly kind: 'claimed'
  readonly conversation: Conversation
  /** Grows with every message that the bot must know of. */
  readonly version: number
  /** Position of the last message of the burst. */
  readonly readTo: number
  /** 1 for the first try. */
  readonly attempt: number
  /** How many replies to this burst were voided by newer messages. */
  readonly voids: number
  /** Unanswered messages of the customer, oldest first by the provider's time. Never empty. */
  readonly burst: readonly Message[]
  /** What was said before the burst, oldest first. */
  readonly history: readonly Message[]
  /** By the store's clock, epoch milliseconds. */
  readonly claimedAt: number
  /** Set when this turn answers a parked one again. */
  readonly replayOf?: string
}

export type ClaimResult =
  | ClaimedTurn
  /** Due later, or leased to another worker until then. */
  | { readonly kind: 'later'; readonly conversationId: string; readonly dueInMs: number }
  | { readonly kind: 'idle'; readonly conversationId: string }
  | { readonly kind: 'parked'; readonly conversationId: string; readonly turnId: string }

export interface ReplyDraft {
  /** The outbound id. */
  readonly id: string
  readonly content: OutboundContent
  /**
   * Which message to quote: always, or only if at least `whenNewer` messages came after the burst. Of a reaction: always the
   * message that it is about.
   */
  readonly quote?: { readonly providerId: string; readonly always: boolean; readonly whenNewer: number }
}

export interface TurnCommit extends Lease {
  readonly version: number
  readonly readTo: number
  /** Commit although newer messages came: they make the next burst. */
  readonly acceptNewer: boolean
  /** In the order in which they go out. Empty: the bot stays silent. */
  readonly replies: readonly ReplyDraft[]
  readonly attempt: number
  readonly claimedAt: number
  readonly model?: string
  readonly usage?: Usage
  /** How long the first reply may be on its way before it counts as unknown. */
  readonly sendLeaseMs: number
  readonly replayOf?: string
}

export type CommitResult =
  | {
      readonly kind: 'committed'
      readonly turnId: string
      readonly outcome: TurnOutcome
      /** The first reply, recorded as `sending`. Later ones follow its result. */
      readonly send?: OutboxItem
      /** More messages wait: look again then. */
      readonly dueInMs: number | null
    }
  /** A newer message came: nothing was committed, the lease is released. */
  | { readonly kind: 'superseded'; readonly dueInMs: number | null }
  /** The lease expired, or a takeover came: nothing was committed. */
  | { readonly kind: 'lost' }

export interface TurnRelease extends Lease {
  readonly error: string
  readonly readTo: number
  readonly attempt: number
  readonly claimedAt: number
  /** Look again after this time, or park the turn. `interrupted`: it did not fail, this attempt does not count. */
  readonly next: { readonly retryInMs: number; readonly interrupted?: boolean } | 'park'
  readonly replayOf?: string
}

export type ReleaseResult =
  | { readonly kind: 'released' }
  | { readonly kind: 'parked'; readonly turnId: string; readonly dueInMs: number | null }
  | { readonly kind: 'lost' }
