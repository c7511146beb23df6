import type {
  Conversation,
  Handoff,
  IdentityChange,
  StatusEvent,
  StoredEvent,
  UserMerge,
} from '../vocabulary/index.js'

/** When a burst is due: `quietMs` after its last message, `maxWaitMs` after its first, or at `maxCount` messages. */
export interface BufferPolicy {
  readonly quietMs: number
  readonly maxWaitMs: number
  readonly maxCount: number
}

export interface IngestOptions {
  readonly buffer: BufferPolicy
  /** How long after an operator's last word the bot takes over again. `null`: never. */
  readonly handoffIdleMs: number | null
  /** Keep the provider's own objects. */
  readonly keepRaw: boolean
}

/** `if-quoted`: if the message that it quotes is one of ours, which only the store knows. */
export type ForBot = boolean | 'if-quoted'

/** An event that becomes a line, with what the inbox makes of it. */
export type AddressedEvent = StoredEvent & {
  /** Whether a customer's message is for the bot. Default true. Otherwise it is kept, and known as history. */
  readonly forBot?: ForBot
}

/** What the inbox stores. Notices are not stored. */
export type IngestEvent = AddressedEvent | StatusEvent | IdentityChange

export interface HandoffChange {
  readonly conversation: Conversation
  readonly previous: Handoff
  readonly state: Handoff
  /** `api`: asked for by code · `echo`: an operator wrote on the phone · `operator`: an operator wrote through the SDK · `idle`: nobody wrote for too long · `merge`: another conversation of the same person, in which somebody else spoke, went into this one. */
  readonly reason: 'api' | 'echo' | 'operator' | 'idle' | 'merge'
  readonly by?: string
}

/** Two users became one, and what follows from it. */
export interface MergeResult extends UserMerge {
  /** Merged conversations in which something is to be answered. A turn that was in the making in them has lost its lease. */
  readonly due: readonly { readonly conversationId: string; readonly dueInMs: number }[]
  readonly handoffChanges: readonly HandoffChange[]
}

/** A message that waits because its window was closed: the provider took it, and said so later. */
export interface WindowRefusal {
  readonly messageId: string
  readonly author: 'bot' | 'operator'
  /**
   * `parked`: until the customer writes or somebody releases it · `pending`: the customer has written since it left, so it is
   * sent again · `cancelled`: the bot's, and a person is in charge.
   */
  readonly status: 'parked' | 'pending' | 'cancelled'
  /** As `code: message`. */
  readonly error: string
}

export type IngestResult =
  | {
      readonly kind: 'stored'
      readonly messageId: string
      readonly conversationId: string
      /**
       * When the conversation is due, from now; of several messages of one call the last one says it. `null`: nothing to do
       * (handoff, history, reaction, echo).
       */
      readonly dueInMs: number | null
      readonly handoffChange?: HandoffChange
      /** Messages that were parked may leave now, since the customer wrote. */
      readonly releases?: true
      /** Users that this event showed to be one. */
      readonly merges?: readonly MergeResult[]
    }
  | { readonly kind: 'duplicate' }
  /**
   * A receipt. `advanced`: it moved the message's status. Unmatched ones wait for their message. `refused`: what does not go
   * out for now because of it, its own message first, then the later parts of the same answer.
   */
  | {
      readonly kind: 'status'
      readonly advanced: boolean
      readonly messageId?: string
      readonly conversationId?: string
      readonly refused?: readonly WindowRefusal[]
    }
  | {
      readonly kind: 'identity'
      readonly userId?: string
      readonly merges?: readonly MergeResult[]
    }
