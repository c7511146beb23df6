import { ChannelError, type ChannelErrorOptions } from '../errors.js'
import type {
  Channel,
  Clock,
  MessageAddress,
  Received,
  SendLimits,
  SendResult,
  WebhookRequest,
} from '../ports/index.js'
import { contentText } from '../rules/index.js'
import type {
  ChannelEvent,
  Identity,
  InboundMessage,
  OutboundMessage,
  ReceiptStatus,
  StatusEvent,
} from '../vocabulary/index.js'
import {
  customerText,
  type FakeEchoOptions,
  type FakeMessageOptions,
  type FakeOrigin,
  operatorText,
  receipt,
} from './fake-events.js'
import { type FakePoll, fakePolling, type ScriptedPoll } from './fake-polling.js'
import { fromRequest, toRequest } from './fake-webhook.js'
import { sequentialIds } from './sequential-ids.js'
import { scriptedDelay } from './wait.js'

/**
 * How one send ends, after `delayMs` of the clock. `unknown`: no answer came; the provider has taken the message all
 * the same unless `accepted` is false.
 */
export type ScriptedSend = { readonly delayMs?: number } & (
  | { readonly kind: 'sent'; readonly providerId?: string }
  | ({ readonly kind: 'refused'; readonly message?: string } & Omit<ChannelErrorOptions, 'cause'>)
  | { readonly kind: 'unknown'; readonly accepted?: boolean }
)

/** A message that the provider took, with the provider's id of it. */
export interface SentMessage extends OutboundMessage {
  readonly providerId: string
  /** What it says in words. */
  readonly text: string | undefined
}

export interface FakeChannelOptions {
  /** Default `fake`. */
  readonly name?: string
  /** The business number. Default `business`. */
  readonly account?: string
  /** Dates events, and tells when `delayMs` has passed. Without one, events have no time. */
  readonly clock?: Clock
  /** As in {@link Channel}. Default none: texts of any length, at any time and pace. */
  readonly maxTextLength?: number
  readonly limits?: SendLimits
  readonly windowMs?: number
  /** How the first sends end. After them, and by default, every message is taken at once. */
  readonly sends?: readonly ScriptedSend[]
  /** Its own addresses: who mentions one in a group means the bot. */
  readonly self?: readonly Identity[]
  /** Whether it has to be polled for what `arrive` brings. Webhooks work all the same. Default false. */
  readonly polled?: boolean
}

export interface FakeChannel extends Channel {
  receive(request: WebhookRequest): Received
  markRead(message: MessageAddress): Promise<void>
  startTyping(message: MessageAddress): Promise<void>

  /** What the provider took, in order. */
  readonly sent: readonly SentMessage[]
  /** Every call of `send`, whatever became of it. */
  readonly attempts: readonly OutboundMessage[]
  /** Every call of `markRead`. */
  readonly markedRead: readonly MessageAddress[]
  /** Every call of `startTyping`. */
  readonly typing: readonly MessageAddress[]
  /** Says how the next sends end. */
  scriptSends(...sends: readonly ScriptedSend[]): void

  /** Every poll, whatever became of it. */
  readonly polls: readonly FakePoll[]
  /** Keeps these events for the polls to come. */
  arrive(...events: readonly ChannelEvent[]): void
  /** Says how the next polls end. */
  scriptPolls(...polls: readonly ScriptedPoll[]): void

  /** A text message of a customer. */
  text(text: string, options?: FakeMessageOptions): InboundMessage
  /** A text that a person of the business wrote on the phone: a takeover. */
  echo(text: string, options?: FakeEchoOptions): InboundMessage
  /** What became of a message that was sent. */
  status(status: ReceiptStatus, message: SentMessage, error?: StatusEvent['error']): StatusEvent
  /** The webhook that reports these events. */
  request(...events: readonly ChannelEvent[]): Request
}

/**
 * A provider in memory.
 *
 * @example
 * const channel = fakeChannel()
 * await bot.fetch(channel.request(channel.text('Hello', { from: '+12025550123' })))
 * channel.sent[0]?.text
 */
export function fakeChannel(options: FakeChannelOptions = {}): FakeChannel {
  const { name = 'fake', account = 'business', clock } = options
  const origin: FakeOrigin = {
    channel: name,
    account,
    generateId: sequentialIds(`${name}-in`),
    now: () => clock?.now(),
  }
  const script = [...(options.sends ?? [])]
  const attempts: OutboundMessage[] = []
  const sent: SentMessage[] = []
  const markedRead: MessageAddress[] = []
  const typing: MessageAddress[] = []
  const polling = fakePolling(clock)
  const generateProviderId = sequentialIds(`${name}-out`)

  async function send(message: OutboundMessage, signal: AbortSignal | undefined): Promise<SendResult> {
    attempts.push(message)
    const outcome = script.shift() ?? { kind: 'sent' }
    await delay(clock, outcome.delayMs, signal)
    if (outcome.kind === 'refused') {
      const { kind, delayMs, message: reason = 'fakeChannel: refused, as scripted', ...details } = outcome
      throw new ChannelError('channel_refused', reason, details)
    }
    const providerId = (outcome.kind === 'sent' ? outcome.providerId : undefined) ?? generateProviderId()
    if (outcome.kind === 'sent' || outcome.accepted !== false)
      sent.push({ ...message, providerId, text: contentText(message.content) })
    if (outcome.kind === 'sent') return { providerId }
    throw new ChannelError('channel_unknown', 'fakeChannel: no answer came, as scripted')
  }

  return {
    specificationVersion: 'v1',
    name,
    defaultAccount: account,
    ...(options.maxTextLength !== undefined && { maxTextLength: options.maxTextLength }),
    ...(options.limits && { limits: options.limits }),
    ...(options.windowMs !== undefined && { windowMs: options.windowMs }),
    receive: request => fromRequest(origin, request),
    send: (message, { signal } = {}) => send(message, signal),
    async markRead(message) {
      markedRead.push(message)
    },
    async startTyping(message) {
      typing.push(message)
    },
    ...(options.self && { self: () => options.self as readonly Identity[] }),
    ...(options.polled && { poll: polling.poll }),
    sent,
    attempts,
    markedRead,
    typing,
    polls: polling.polls,
    arrive(...events) {
      polling.events.push(...events)
    },
    scriptPolls(...polls) {
      polling.script.push(...polls)
    },
    scriptSends(...sends) {
      script.push(...sends)
    },
    text: (text, message = {}) => customerText(origin, text, message),
    echo: (text, message = {}) => operatorText(origin, text, message),
    status: (status, message, error) => receipt(origin, status, message, error),
    request: (...events) => toRequest(origin, events),
  }
}

async function delay(clock: Clock | undefined, ms?: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) {
    const details = { cause: signal.reason, retryable: true }
    throw new ChannelError('channel_refused', 'fakeChannel: aborted before it left', details)
  }
  try {
    await scriptedDelay(clock, ms, signal)
  } catch (cause) {
    if (!signal?.aborted) throw cause
    throw new ChannelError('channel_unknown', 'fakeChannel: aborted while it was on its way', { cause })
  }
}
