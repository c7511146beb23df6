import { EventEmitter } from 'eventemitter3'
import { describeError } from '../errors.js'
import type { HandoffChange, Logger } from '../ports/index.js'
import type { ChannelNotice, MessageStatus, StoredEvent, TurnOutcome, Usage } from '../vocabulary/index.js'

/** What happened to one message. */
export interface MessageReport {
  readonly conversationId: string
  readonly messageId: string
}

export interface TurnReport {
  readonly conversationId: string
  readonly turnId: string
  readonly outcome: TurnOutcome
  /** Failed tries before this one, plus one. */
  readonly attempt: number
  /** How many replies newer messages voided. */
  readonly voids: number
  /** From claim to commit, in milliseconds. */
  readonly durationMs: number
  readonly model?: string
  readonly usage?: Usage
}

/** What a bot tells. Listeners run in the process where it happened and cannot change the outcome. */
export interface BotEvents {
  /** Committed, once per message. */
  'message.received': [report: MessageReport & { readonly event: StoredEvent }]
  /** The provider accepted it. */
  'message.sent': [
    report: MessageReport & {
      readonly providerId?: string
      readonly author: 'bot' | 'operator'
      readonly attempt: number
    },
  ]
  /** Refused for good. */
  'message.failed': [report: MessageReport & { readonly error: string }]
  /** Refused for now; it will be sent again after `afterMs`. */
  'message.retrying': [report: MessageReport & { readonly error: string; readonly afterMs: number }]
  /** It may or may not have been sent. A receipt or the policy decides. */
  'message.unknown': [report: MessageReport & { readonly error: string }]
  /** A receipt moved it forward. */
  'message.status': [report: MessageReport & { readonly status: MessageStatus }]
  'handoff.changed': [change: HandoffChange]
  'turn.completed': [report: TurnReport]
  /** A newer message voided the reply in the making; the turn runs again with it. */
  'turn.superseded': [report: { readonly conversationId: string; readonly voids: number }]
  /** The lease was lost or a person took over: the reply was not committed. */
  'turn.lost': [report: { readonly conversationId: string }]
  'turn.failed': [
    report: {
      readonly conversationId: string
      readonly attempt: number
      readonly error: string
      readonly retryInMs: number
    },
  ]
  /** It failed too often; `bot.replay(turnId)` tries again. */
  'turn.parked': [report: { readonly conversationId: string; readonly turnId: string }]
  notice: [notice: ChannelNotice]
  /** Something failed that no message or turn speaks for: a model that fell back, a queue that is away, a listener. */
  error: [error: unknown, where: string]
}

export type Emit = <Name extends keyof BotEvents>(name: Name, ...args: BotEvents[Name]) => void

export type BotEmitter = EventEmitter<BotEvents>

/** An emitter whose listeners cannot break the pipeline: what they throw is logged. */
export function createEmitter(logger: Logger): { emitter: BotEmitter; emit: Emit } {
  const emitter: BotEmitter = new EventEmitter()
  const emit: Emit = (name, ...args) => {
    if (emitter.listenerCount(name) === 0) return
    try {
      emitter.emit(name, ...(args as never))
    } catch (error) {
      logger.error({ event: name, error: describeError(error) }, 'a listener threw')
    }
  }
  return { emitter, emit }
}
