import type { ChannelErrorScope } from '../errors.js'
import type { Content } from './content.js'
import type { Identity, Person } from './identity.js'

/** What every event says about where it happened. */
interface EventOrigin {
  readonly channel: string
  /** The business number or session, as the provider names it (Meta: `phone_number_id`). */
  readonly account: string
}

/** The chat that an event belongs to. */
export type Chat =
  | { readonly kind: 'direct'; readonly person: Person }
  | { readonly kind: 'group'; readonly id: string }

/** What messages, reactions, edits and revocations have in common: each is a line in a chat. */
interface ChatEvent extends EventOrigin {
  /** The provider's id of this event; with channel and account the key of deduplication. */
  readonly providerId: string
  readonly chat: Chat
  /** `operator`: a person of the business wrote it on the phone or in another tool. */
  readonly author: 'customer' | 'operator'
  /** Who wrote it in a group. In a direct chat the chat's person. */
  readonly sender?: Person
  /** When the provider says it was written, in epoch milliseconds. Absent when missing or absurd. */
  readonly sentAt?: number
  /** From a backfill: stored, never answered, never a takeover. */
  readonly history?: boolean
  /** The provider's own object, kept as it came. */
  readonly raw?: unknown
}

/** A message that a channel reports: written by a customer, or by an operator outside this SDK. */
export interface InboundMessage extends ChatEvent {
  readonly type: 'message'
  readonly content: Content
  /** Provider id of the message that this one quotes. */
  readonly quotedId?: string
  /** The provider says that the account itself wrote the quoted message. Absent: it does not say so, and the store looks. */
  readonly quotesUs?: boolean
  /** Whom it mentions, as far as the provider says. */
  readonly mentions?: readonly Identity[]
  readonly forwarded?: boolean
}

export interface ReactionEvent extends ChatEvent {
  readonly type: 'reaction'
  readonly targetId: string
  /** Absent: the reaction was taken back. */
  readonly emoji?: string
}

export interface EditEvent extends ChatEvent {
  readonly type: 'edit'
  readonly targetId: string
  readonly content: Content
}

export interface RevokeEvent extends ChatEvent {
  readonly type: 'revoke'
  readonly targetId: string
}

/** What a provider reports about a message of ours. */
export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed'

export interface StatusEvent extends EventOrigin {
  readonly type: 'status'
  /** Provider id of the outbound message. */
  readonly providerId: string
  readonly status: ReceiptStatus
  /** Epoch milliseconds. */
  readonly at?: number
  /** The id that we gave the message, when the provider echoes it (Meta: `biz_opaque_callback_data`). */
  readonly outboundId?: string
  /** The member of a group that this receipt is about. */
  readonly participant?: Identity
  /** Why it failed. `scope`: what that concerns, when the channel knows; after `window` the message waits for another try. */
  readonly error?: { readonly code: string; readonly message: string; readonly scope?: ChannelErrorScope }
  readonly raw?: unknown
}

/** A person's address changed, or a new one of the same person became known. */
export interface IdentityChange extends EventOrigin {
  readonly type: 'identity'
  readonly previous: Identity
  readonly current: readonly Identity[]
  /**
   * When this became true or was found true, epoch milliseconds: the same at every delivery. It tells an old report that comes
   * again from a new one. Without it, a report that two addresses are one person's gives back none that they have left.
   */
  readonly at?: number
  readonly raw?: unknown
}

/** Anything else the provider tells about the account, a template, the quality, a contact list. */
export interface ChannelNotice {
  readonly type: 'notice'
  readonly channel: string
  readonly account?: string
  /** The provider's name of the kind, e.g. `account_update`. */
  readonly kind: string
  readonly raw?: unknown
}

export type ChannelEvent =
  | InboundMessage
  | ReactionEvent
  | EditEvent
  | RevokeEvent
  | StatusEvent
  | IdentityChange
  | ChannelNotice

/** The events that become a line of a conversation. */
export type StoredEvent = InboundMessage | ReactionEvent | EditEvent | RevokeEvent
