import type {
  Conversation,
  Handoff,
  Identity,
  Message,
  OutboundContent,
  TurnOutcome,
  TurnRecord,
  UserMerge,
} from '../vocabulary/index.js'
import type { HandoffChange, IngestEvent, IngestOptions, IngestResult } from './ingest.js'
import type {
  OutboxItem,
  OutboxOptions,
  SendRecord,
  SendRecordResult,
  SweepOptions,
  SweepResult,
} from './sends.js'
import type {
  ClaimOptions,
  ClaimResult,
  CommitResult,
  Lease,
  ReleaseResult,
  TurnCommit,
  TurnRelease,
} from './turns.js'

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
  /** What follows it: the other pieces of a text that is longer than a message may be. They are stored together, or not at all. */
  readonly further?: readonly OperatorPiece[]
  readonly quotedId?: string
  readonly by?: string
  readonly handoffIdleMs: number | null
  readonly sendLeaseMs: number
}

export interface OperatorPiece {
  /** The outbound id. */
  readonly id: string
  readonly content: OutboundContent
}

export interface ReleaseOptions {
  /**
   * The id of the only message to let go, and only as a template: its provider says that the window is closed. One template
   * asks the customer, so it stays parked when another message went that way since they wrote, or when it is a template itself.
   */
  readonly asTemplate?: string
}

export interface OperatorMessageResult {
  readonly conversation: Conversation
  readonly message: Message
  /** What was stored behind it, with this call or with the first one of this id. Absent: nothing. */
  readonly further?: readonly Message[]
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
  releaseParked(target: ConversationTarget, options?: ReleaseOptions): Promise<readonly string[] | undefined>

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
