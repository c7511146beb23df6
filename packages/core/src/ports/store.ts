import type {
  Conversation,
  Handoff,
  Identity,
  IdentityChange,
  Message,
  MessageStatus,
  OutboundContent,
  OutboundMessage,
  StatusEvent,
  StoredEvent,
  TurnOutcome,
  TurnRecord,
  Usage,
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
      /** Users that this event showed to be one. */
      readonly merges?: readonly MergeResult[]
    }
  | { readonly kind: 'duplicate' }
  /** A receipt. `advanced`: it moved the message's status forward. Unmatched ones wait for their message. */
  | {
      readonly kind: 'status'
      readonly advanced: boolean
      readonly messageId?: string
      readonly conversationId?: string
    }
  | {
      readonly kind: 'identity'
      readonly userId?: string
      readonly merges?: readonly MergeResult[]
    }

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
  /** Which message to quote: always, or only if at least `whenNewer` messages came after the burst. */
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
  readonly message: OutboundMessage
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

/** A conversation by its id, or a person by address: the conversation is made when there is none yet. */
export type ConversationTarget =
  | { readonly conversationId: string }
  | { readonly channel: string; readonly account: string; readonly peer: Identity }

export interface HandoffRequest {
  readonly state: Handoff
  readonly by?: string
  /** As in {@link IngestOptions}. */
  readonly handoffIdleMs: number | null
}

export interface OperatorMessage {
  /** The outbound id; the same id twice is one message. */
  readonly id: string
  readonly content: OutboundContent
  readonly quotedId?: string
  readonly by?: string
  readonly handoffIdleMs: number | null
  readonly sendLeaseMs: number
}

export interface OperatorMessageResult {
  readonly conversation: Conversation
  readonly message: Message
  /** Absent when this id was already taken: nothing is sent again. */
  readonly send?: OutboxItem
  readonly handoffChange?: HandoffChange
}

export interface ConversationSummary extends Conversation {
  readonly messageCount?: number
  readonly lastMessageAt?: number
}

export interface Page {
  /** At most this many, newest first in time, returned oldest first. Default 50, at most 500. */
  readonly limit?: number
  /** Only what lies before this position (messages) or `lastMessageAt` (conversations). */
  readonly before?: number
}

/** The right to poll a channel, which one process has at a time. */
export interface PollLease {
  /** Its name. */
  readonly channel: string
  /** Who polls: unique among all processes. */
  readonly owner: string
  /** Length of the lease, by the store's clock. 0 gives it up. */
  readonly leaseMs: number
}

/** What the store knows of work that should have happened. */
export interface Progress {
  /** How long the most overdue conversation has been due, in ms. `null`: none is due. */
  readonly oldestDueMs: number | null
  /** How long the oldest unsent message has waited beyond its time, in ms. `null`: none waits. */
  readonly oldestUnsentMs: number | null
}

/**
 * Where everything is remembered: the truth that queue and caches only hint at. Each method is one transaction
 * and, for stores behind a network, one round trip. Arrays are batches: results come in the order of the input.
 *
 * @throws {StoreError} from every method; after one nothing of the call is committed, or for
 * `store_unavailable` nothing is known to be
 * @see the conformance suite in `@switchboard/core/contracts`
 */
export interface Store {
  readonly specificationVersion: 'v1'
  readonly name: string
  /** Connects and brings the schema up to date. Called once before anything else. */
  init(): Promise<void>
  close(): Promise<void>

  // inbox
  ingest(events: readonly IngestEvent[], options: IngestOptions): Promise<readonly IngestResult[]>

  // turn
  claimTurns(conversationIds: readonly string[], options: ClaimOptions): Promise<readonly ClaimResult[]>
  /** Prolongs leases. Returns those still held; the others are lost. */
  renewLeases(leases: readonly Lease[], leaseMs: number): Promise<readonly Lease[]>
  commitTurns(commits: readonly TurnCommit[]): Promise<readonly CommitResult[]>
  releaseTurns(releases: readonly TurnRelease[]): Promise<readonly ReleaseResult[]>
  /** Makes a parked turn's burst due again. `undefined`: there is no such parked turn. */
  replayTurn(turnId: string): Promise<{ readonly conversationId: string } | undefined>

  // outbox
  recordSends(records: readonly SendRecord[]): Promise<readonly SendRecordResult[]>
  /** Takes messages whose time has come: retries, and with `resend` unknown ones. Order within a conversation is kept. */
  claimSends(options: OutboxOptions): Promise<readonly OutboxItem[]>
  /**
   * Makes the parked messages of a conversation pending again, whatever the window is, and names them. `undefined`: no such
   * conversation.
   */
  releaseParked(target: ConversationTarget): Promise<readonly string[] | undefined>

  sweep(options: SweepOptions): Promise<SweepResult>

  // polling
  /** Takes or prolongs the lease, and says where to go on. `undefined`: somebody else polls. */
  claimPoll(lease: PollLease): Promise<{ readonly cursor?: string } | undefined>
  /**
   * Keeps where the next poll goes on, and prolongs the lease. `false`: somebody else has taken it, nothing is kept.
   * Without a cursor the one before stays.
   */
  savePoll(lease: PollLease & { readonly cursor?: string }): Promise<boolean>

  // people
  /** `undefined`: no conversation has this id. `change` is absent when the state was already so. */
  setHandoff(
    target: ConversationTarget,
    request: HandoffRequest,
  ): Promise<{ readonly conversation: Conversation; readonly change?: HandoffChange } | undefined>
  addOperatorMessage(
    target: ConversationTarget,
    message: OperatorMessage,
  ): Promise<OperatorMessageResult | undefined>

  // reading
  findConversation(target: ConversationTarget): Promise<Conversation | undefined>
  listConversations(page?: Page): Promise<readonly ConversationSummary[]>
  listMessages(conversationId: string, page?: Page): Promise<readonly Message[]>
  listTurns(filter: {
    readonly outcome?: TurnOutcome
    readonly limit?: number
  }): Promise<readonly TurnRecord[]>
  /** Which users became one, the latest merge first. With `userId` only merges in which this user remained or went. */
  listMerges(filter?: {
    readonly userId?: string
    /** As in {@link Page}. */
    readonly limit?: number
  }): Promise<readonly UserMerge[]>
  progress(): Promise<Progress>
}
