import type { Content, MessageType } from './content.js'
import type { Peer } from './identity.js'
import type { OutboundContent } from './outbound.js'

/** Who speaks in a conversation. `requested`: a person was asked for; the bot already keeps silent. */
export type Handoff = 'bot' | 'requested' | 'human'

export interface Conversation {
  readonly id: string
  readonly channel: string
  readonly account: string
  readonly kind: 'direct' | 'group'
  /** The address that replies go to: the one the latest inbound message came from. */
  readonly peer: Peer
  readonly handoff: Handoff
  /** The person of a direct chat. */
  readonly user?: User
}

export interface User {
  readonly id: string
  readonly name?: string
  /** E.164, when known. */
  readonly phone?: string
}

export type Author = 'customer' | 'bot' | 'operator'

/**
 * Where an outbound message stands. It only moves forward.
 *
 * `pending` waits for its turn or for a retry · `sending` the request may have left · `sent` accepted by the
 * provider · `delivered`, `read` as reported · `failed` refused for good · `unknown` the request left and its
 * outcome was never learnt · `cancelled` a person took over before it left · `parked` it may not leave, and waits until the
 * customer writes or somebody releases it.
 */
export type MessageStatus =
  | 'pending'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'unknown'
  | 'cancelled'
  | 'parked'

/** What somebody thinks of a message: the newest reaction of each customer, and of our own side, from when it has been sent. */
export interface Reaction {
  readonly by: Author
  /** In groups. */
  readonly name?: string
  readonly emoji: string
}

/** A message as the store gives it back. Edits and revocations have changed it already. */
export interface Message {
  readonly id: string
  readonly conversationId: string
  /** Order within the conversation: microseconds, strictly growing for live messages. */
  readonly position: number
  readonly direction: 'inbound' | 'outbound'
  readonly author: Author
  readonly type: MessageType
  /** What it says now in words: text, caption, label of a button. */
  readonly text?: string
  /** The whole content as it is now. Of an edit the new one; for reactions and revocations absent. */
  readonly content?: Content | OutboundContent
  /** Epoch milliseconds: when its words were last changed. */
  readonly editedAt?: number
  /** What it said before the first edit. */
  readonly original?: Pick<Message, 'text' | 'content'>
  /** Epoch milliseconds: when it was deleted for everyone. It has neither text nor content then, and no original. */
  readonly revokedAt?: number
  readonly reactions?: readonly Reaction[]
  readonly providerId?: string
  /** Provider id of the quoted message; for reactions, edits and revocations the message meant. */
  readonly quotedId?: string
  /** Outbound messages only. */
  readonly status?: MessageStatus
  /** Why it failed, as `code: message`. */
  readonly error?: string
  /** Name of the writer, in groups. */
  readonly senderName?: string
  /** Epoch milliseconds: written (inbound) or accepted by the provider (outbound). */
  readonly sentAt?: number
  /** Epoch milliseconds of the commit. */
  readonly receivedAt: number
  readonly deliveredAt?: number
  readonly readAt?: number
}

/** A message on its way to a channel. */
export interface OutboundMessage {
  /** Our id of it. Channels that can, hand it to the provider and get it back with statuses. */
  readonly id: string
  readonly channel: string
  readonly account: string
  /** Fixed by the conversation, never by a model. */
  readonly to: Peer
  readonly content: OutboundContent
  /** Provider id of the message to quote. Of a reaction the message that it is about, as its content says too. */
  readonly quotedId?: string
}

/** How a turn ended. `parked`: it failed too often and waits for `replay`. */
export type TurnOutcome = 'answered' | 'silent' | 'parked'

/** One turn as the store remembers it. */
export interface TurnRecord {
  readonly id: string
  readonly conversationId: string
  readonly outcome: TurnOutcome
  readonly attempts: number
  /** Why it was parked. */
  readonly error?: string
  readonly model?: string
  readonly usage?: Usage
  readonly startedAt: number
  readonly endedAt: number
}

/** Tokens of one model call. */
export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
}
