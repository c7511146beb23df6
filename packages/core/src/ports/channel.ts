import type { ChannelEvent, Identity, MediaRef, OutboundMessage, Peer } from '../vocabulary/index.js'
import type { SendLimits } from './rate-limiter.js'

/** The part of a request that a channel needs. The body is complete and is what the signature covers. */
export interface WebhookRequest {
  readonly method: string
  /** Absolute, or the path with its query. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly body: Uint8Array
}

export interface WebhookResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a request turned out to be. The response is sent only after the events are committed. */
export interface Received {
  readonly events: readonly ChannelEvent[]
  readonly response: WebhookResponse
}

export interface CallOptions {
  /** Gives the call up. What has left by then counts as unknown. */
  readonly signal?: AbortSignal
}

export interface SendResult {
  /** The provider's id of the message. Absent when the provider gives none. */
  readonly providerId?: string
}

/** The message a receipt or a typing indicator refers to. */
export interface MessageAddress {
  readonly account: string
  readonly to: Peer
  /** Provider id of the latest message of the person. */
  readonly providerId: string
}

/** What happened since a cursor. */
export interface Polled {
  readonly events: readonly ChannelEvent[]
  /** Where the next poll goes on, opaque to everybody else. Kept once the events are committed. */
  readonly cursor: string
  /** There is more right now: the next poll need not wait for its time. */
  readonly more?: boolean
}

/** A file's bytes. */
export interface MediaFile {
  readonly bytes: Uint8Array
  /** As the provider says it; the bytes may be something else. */
  readonly mimeType?: string
  readonly filename?: string
}

export interface DownloadOptions extends CallOptions {
  /** The account of the conversation. Default the channel's own. */
  readonly account?: string
  /** A longer file is refused. Default 100 MiB, the longest of WhatsApp's documents. */
  readonly maxBytes?: number
}

export interface HistoryOptions extends CallOptions {
  /** Epoch milliseconds: nothing older. */
  readonly since?: number
  /** The most events. Default 1 000. */
  readonly limit?: number
}

/** Whether messages can pass. */
export interface ChannelHealth {
  readonly ok: boolean
  /** In the provider's words: `AUTH`, `SCAN_QR_CODE`. */
  readonly state: string
}

/**
 * One connection to a provider. An absent method means: not supported.
 *
 * @see the conformance suite in `@switchboard/core/contracts`
 */
export interface Channel {
  /** Of this interface. */
  readonly specificationVersion: 'v1'
  /** The last segment of its webhook's path, and part of every conversation's key. */
  readonly name: string
  /** The account that a conversation belongs to when a person is addressed by phone alone. */
  readonly defaultAccount: string
  /** The longest text of one message, in UTF-16 units. The bot sends a longer one in pieces. */
  readonly maxTextLength?: number
  /** What the provider allows. The bot keeps within it: a message waits, or is sent later, instead of being refused. */
  readonly limits?: SendLimits
  /**
   * How long after a person's last message anything may be sent to them; later only templates (WhatsApp: 24 hours). Not in
   * groups. Absent: at any time.
   */
  readonly windowMs?: number
  /** The addresses of an account, as far as they are known by now: who mentions one of them in a group means us. */
  self?(account: string): readonly Identity[]
  /** How long the bot waits between two polls, in milliseconds, more than 0. Default 5 000. */
  readonly pollMs?: number
  /**
   * Authenticates and translates a webhook, nothing else: no side effect, no dispatch. Answers a bad
   * signature or body with a 4xx response and no events; throws only for a bug.
   */
  receive?(request: WebhookRequest): Received | Promise<Received>
  /**
   * Asks for what is new, where nothing pushes it. The first poll has no cursor; what it finds is history, unless it
   * came after the bot had started. Polls overlap: an event may come again, under the same id. A poll has 30 seconds;
   * never are two of them under way at once in one process.
   *
   * @throws {ChannelError} the bot polls again later, with the same cursor
   */
  poll?(cursor: string | undefined, options?: CallOptions): Promise<Polled>
  /**
   * Hands one message to the provider.
   *
   * @throws {ChannelError} `channel_refused` when it was certainly not taken, `channel_unknown` when the request
   * left and no answer came. Every other error counts as unknown.
   */
  send(message: OutboundMessage, options?: CallOptions): Promise<SendResult>
  /** Shows the person that their messages up to this one were read. */
  markRead?(message: MessageAddress, options?: CallOptions): Promise<void>
  /** Shows that an answer is being written. May mark the message as read. */
  startTyping?(message: MessageAddress, options?: CallOptions): Promise<void>
  /**
   * Fetches a file that an event refers to.
   *
   * @throws {ChannelError} `channel_refused`, `retryable` or not: gone, too long, refused
   */
  download?(media: MediaRef, options?: DownloadOptions): Promise<MediaFile>
  /** Gives a file to the provider, for messages that send it by its id. */
  upload?(file: MediaFile, options?: Omit<DownloadOptions, 'maxBytes'>): Promise<MediaRef>
  /** What was said in a chat before, newest first, marked as history. */
  history?(
    chat: { readonly account: string; readonly peer: Peer },
    options?: HistoryOptions,
  ): AsyncIterable<ChannelEvent>
  /** Asks the provider whether messages can pass. */
  health?(options?: CallOptions & { readonly account?: string }): Promise<ChannelHealth>
  /**
   * The other addresses of a person, as far as the provider knows them; empty when it knows none. The bot asks for people
   * whom a live event shows without a phone, outside the webhook, and stores what it learns as an identity change.
   *
   * @throws {ChannelError} the bot asks again a few times when it is `retryable`, else not before the next message
   */
  lookUp?(
    identity: Identity,
    options?: CallOptions & { readonly account?: string },
  ): Promise<readonly Identity[]>
}
