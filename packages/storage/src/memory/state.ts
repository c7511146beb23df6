import type {
  Author,
  Content,
  Handoff,
  Identity,
  Message,
  MessageStatus,
  OutboundContent,
  Peer,
  Reaction,
  StatusEvent,
  TurnOutcome,
  Usage,
  UserMerge,
} from '@switchboard/core'
import { createDueIndex, type DueIndex } from './due-index.js'

/** A person. Whose an identity is says {@link State.identities}. */
export interface UserEntry {
  readonly id: string
  name: string | undefined
  /** The phone that was added last. */
  phone: string | undefined
  /** Their identities by the keys of {@link State.identities}, in the order in which they became known. */
  readonly addresses: Map<string, Address>
  /** Addresses that they have left, by the keys of {@link State.identities}: when, in epoch milliseconds. */
  readonly former: Map<string, number>
}

interface Address {
  readonly identity: Identity
  /** Empty for phones: a number is one person on every channel. */
  readonly channel: string
  /** Grows from address to address. */
  readonly number: number
}

export interface ConversationEntry {
  readonly id: string
  readonly channel: string
  readonly account: string
  readonly kind: 'direct' | 'group'
  user: UserEntry | undefined
  peer: Peer
  handoff: Handoff
  /** When `human` goes back to the bot, if nobody writes. */
  idleAt: number | null
  version: number
  fence: number
  readTo: number
  lastPosition: number
  dueAt: number | null
  leaseUntil: number | null
  attempts: number
  voids: number
  /** All lines, by position. */
  readonly lines: Line[]
  /** Answerable lines beyond `readTo` that came while the bot might speak, by position. */
  unread: Line[]
  /** Lines that are `pending` or `sending`, by position. Only the first may go out. */
  readonly outbox: Line[]
  /** Lines that are `parked`. */
  readonly parked: Set<Line>
  /** When the customer wrote last. */
  customerAt: number | undefined
  /** Parked turns that shall be answered again, the oldest burst first. */
  readonly replays: Turn[]
}

/** A message, or an event about one. */
export interface Line {
  readonly id: string
  conversation: ConversationEntry
  position: number
  readonly author: Author
  /** What it is and says now; edits and revocations change it. */
  type: Message['type']
  text: string | undefined
  content: Content | OutboundContent | undefined
  /** Asks for an answer; in a merged conversation not what was dealt with before the merge. */
  answerable: boolean
  /** What edits, revocations and reactions have made of it. */
  amended: Amended
  readonly quotedId: string | undefined
  readonly senderName: string | undefined
  /** The user who wrote it, in groups. */
  senderId: string | undefined
  readonly receivedAt: number
  /** What only our own messages have. */
  readonly send: Send | undefined
  providerId: string | undefined
  status: MessageStatus | undefined
  error: string | undefined
  sentAt: number | undefined
  deliveredAt: number | undefined
  readAt: number | undefined
}

interface Amended {
  readonly editedAt?: number
  /** As it was at first. */
  readonly original?: Pick<Line, 'type' | 'text' | 'content'>
  readonly revokedAt?: number
  readonly reactions?: readonly Reaction[]
}

export interface Send {
  readonly outboundId: string
  readonly content: OutboundContent
  /** The turn whose reply it is. */
  readonly turnId: string | undefined
  /** Of the latest try; 0 before the first. */
  attempt: number
  /** How many tries were given back before the message left. */
  deferrals: number
  /** How it was let go although its window counts as closed: by a person, or only as a template. */
  release: 'forced' | 'template' | undefined
  /** When the latest try left. */
  startedAt: number | undefined
  /** Tries that the provider took, and refused later because the window was closed, by its ids of them. */
  readonly refusedTries: Map<string, number>
  /** The record that this try followed, so that it can be given again when that record is repeated. */
  after: { readonly outboundId: string; readonly attempt: number } | undefined
  /** `pending`: when it may go out · `sending`: when its time runs out · `unknown`: since when. */
  at: number
}

export interface Turn {
  readonly id: string
  conversation: ConversationEntry
  /** The burst: positions beyond `from`, up to `to`. */
  readonly from: number
  readonly to: number
  /** The messages of the burst, since the conversation was merged: within the same positions there are others now. */
  burst: readonly Line[] | undefined
  outcome: TurnOutcome
  attempts: number
  error: string | undefined
  model: string | undefined
  usage: Usage | undefined
  startedAt: number
  endedAt: number
}

/** Where the next poll of a channel goes on, and who may do it. */
interface Poll {
  readonly cursor: string | undefined
  readonly owner: string
  readonly leaseUntil: number
}

export interface State {
  /** Epoch milliseconds. */
  now(): number
  nextId(prefix: string): string
  /** By kind, channel (not for phones) and value. */
  readonly identities: Map<string, UserEntry>
  readonly conversations: Map<string, ConversationEntry>
  /** Ids of conversations that went into others, with the id of the one that remains. */
  readonly mergedConversations: Map<string, string>
  /** In the order in which they happened. */
  readonly merges: UserMerge[]
  /** By channel, account and user or group. */
  readonly chats: Map<string, ConversationEntry>
  /** By channel, account and provider id: the key of deduplication. */
  readonly lines: Map<string, Line>
  readonly outboundLines: Map<string, Line>
  /** Edits, revocations and reactions, by channel, account and provider id of the message meant. */
  readonly amendments: Map<string, Line[]>
  /** Receipts whose message is not known yet, by channel, account and provider id. */
  readonly waitingReceipts: Map<string, StatusEvent[]>
  /** By the ids that {@link Send.refusedTries} has. */
  readonly refusedLines: Map<string, Line>
  /** In the order in which they ended. */
  readonly turns: Map<string, Turn>
  /** By channel. */
  readonly polls: Map<string, Poll>
  /** Conversations by the time when they are both due and free. */
  readonly due: DueIndex<ConversationEntry>
  /** Conversations in a person's hands, by the time when they go back. */
  readonly idle: DueIndex<ConversationEntry>
  /** Conversations whose first open message is `pending`, by the time when it may go out. */
  readonly sendable: DueIndex<ConversationEntry>
  /** Lines that are `sending`, by the time when it runs out. */
  readonly inFlight: DueIndex<Line>
  /** Lines that are `unknown`, by the time since when. */
  readonly unknown: DueIndex<Line>
}

export function createState(now: () => number): State {
  let lastId = 0
  return {
    now,
    nextId: prefix => `${prefix}${++lastId}`,
    identities: new Map(),
    conversations: new Map(),
    mergedConversations: new Map(),
    merges: [],
    chats: new Map(),
    lines: new Map(),
    outboundLines: new Map(),
    amendments: new Map(),
    waitingReceipts: new Map(),
    refusedLines: new Map(),
    turns: new Map(),
    polls: new Map(),
    due: createDueIndex(),
    idle: createDueIndex(),
    sendable: createDueIndex(),
    inFlight: createDueIndex(),
    unknown: createDueIndex(),
  }
}

/** One key of several parts. Stored texts have no NUL. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join('\u0000')
}
