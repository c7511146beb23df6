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

type Listener = (...args: unknown[]) => unknown

/**
 * An emitter whose listeners cannot break the pipeline, each other or the process: what they throw, or reject with when
 * they are `async`, is logged. So is an error that nobody listens to.
 */
export function createEmitter(logger: Logger): { emitter: BotEmitter; emit: Emit } {
  const emitter = guardListeners(new EventEmitter(), logger) as unknown as BotEmitter
  const emit: Emit = (name, ...args) => {
    if (emitter.listenerCount(name) > 0) emitter.emit(name, ...(args as never))
    else if (name === 'error') {
      const [error, where] = args
      logger.error({ where, error: describeError(error) }, 'something failed')
    }
  }
  return { emitter, emit }
}

/** Wraps every listener. The same one gets the same wrapper, so that `off` finds it. */
function guardListeners(emitter: EventEmitter, logger: Logger): EventEmitter {
  const wrappers = new WeakMap<Listener, Map<string | symbol, Listener>>()
  const { on, once, off } = emitter

  function wrap(event: string | symbol, listener: Listener): Listener {
    const complain = (error: unknown) =>
      logger.error({ event, error: describeError(error) }, 'a listener threw')
    return function (this: unknown, ...args) {
      try {
        const result = listener.apply(this, args)
        if (result instanceof Promise) result.catch(complain)
      } catch (error) {
        complain(error)
      }
    }
  }

  function wrapped(event: string | symbol, listener: Listener): Listener {
    const ofListener = wrappers.get(listener) ?? new Map<string | symbol, Listener>()
    wrappers.set(listener, ofListener)
    const wrapper = ofListener.get(event) ?? wrap(event, listener)
    ofListener.set(event, wrapper)
    return wrapper
  }

  return Object.assign(emitter, {
    on: (event: string | symbol, listener: Listener, context?: unknown) =>
      on.call(emitter, event, wrapped(event, listener), context),
    once: (event: string | symbol, listener: Listener, context?: unknown) =>
      once.call(emitter, event, wrapped(event, listener), context),
    off: (event: string | symbol, listener?: Listener, context?: unknown, onlyOnce?: boolean) =>
      off.call(emitter, event, listener && wrapped(event, listener), context, onlyOnce),
  })
}
