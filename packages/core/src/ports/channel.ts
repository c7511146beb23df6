import type { ChannelEvent, OutboundMessage, Peer } from '../vocabulary/index.js'

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

/**
 * One connection to a provider. An absent method means: not supported.
 *
 * @see the conformance suite in `@switchboard/core/contracts`
 */
export interface Channel {
  readonly specificationVersion: 'v1'
  /** The last segment of its webhook's path, and part of every conversation's key. */
  readonly name: string
  /** The account that a conversation belongs to when a person is addressed by phone alone. */
  readonly defaultAccount: string
  /** The longest text of one message, in UTF-16 units. The bot sends a longer one in pieces. */
  readonly maxTextLength?: number
  /**
   * Authenticates and translates a webhook, nothing else: no side effect, no dispatch. Answers a bad
   * signature or body with a 4xx response and no events; throws only for a bug.
   */
  receive?(request: WebhookRequest): Received | Promise<Received>
  /**
   * Hands one message to the provider.
   *
   * @throws {ChannelError} `channel_refused` when it was certainly not taken, `channel_unknown` when the request
   * left and no answer came. Every other error counts as unknown.
   */
  send(message: OutboundMessage, options?: CallOptions): Promise<SendResult>
  markRead?(message: MessageAddress, options?: CallOptions): Promise<void>
  /** Shows that an answer is being written. May mark the message as read. */
  startTyping?(message: MessageAddress, options?: CallOptions): Promise<void>
}
