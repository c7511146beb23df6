import { EventEmitter } from 'eventemitter3'
import { describeError } from '../errors.js'
import type { HandoffChange, Logger } from '../ports/index.js'
import type {
  ChannelNotice,
  MessageStatus,
  OutboundContent,
  StoredEvent,
  TurnOutcome,
  Usage,
  UserMerge,
} from '../vocabulary/index.js'

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
      /** What went out in its place: the template of a closed window. */
      readonly content?: OutboundContent
    },
  ]
  /** Refused for good. */
  'message.failed': [report: MessageReport & { readonly error: string }]
  /** Refused for now; it will be sent again after `afterMs`. */
  'message.retrying': [report: MessageReport & { readonly error: string; readonly afterMs: number }]
  /** It did not leave: a limit would have been passed, or with `error` its account is blocked. It tries again after `afterMs`. */
  'message.deferred': [report: MessageReport & { readonly afterMs: number; readonly error?: string }]
  /**
   * It may not leave, and waits: `window`, until the customer writes or `bot.release` lets it go; `account`, its account has
   * been blocked for days.
   */
  'message.parked': [
    report: MessageReport & {
      readonly author: 'bot' | 'operator'
      readonly reason: 'window' | 'account'
      readonly error: string
    },
  ]
  /** It may or may not have been sent. A receipt or the policy decides. */
  'message.unknown': [report: MessageReport & { readonly error: string }]
  /** A receipt moved it forward. */
  'message.status': [report: MessageReport & { readonly status: MessageStatus }]
  /** The provider refuses everything of an account, as with an expired token. Once, until something gets through. */
  'account.blocked': [report: { readonly channel: string; readonly account: string; readonly error: string }]
  'account.unblocked': [report: { readonly channel: string; readonly account: string }]
  'handoff.changed': [change: HandoffChange]
  /** Two users turned out to be one person; see `docs/identity.md`. */
  'user.merged': [merge: UserMerge]
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
 * they are `async`, is logged. So are errors, failed turns and messages that nobody listens to.
 */
export function createEmitter(logger: Logger): { emitter: BotEmitter; emit: Emit } {
  const emitter = guardListeners(new EventEmitter(), logger) as unknown as BotEmitter
  const emit: Emit = (name, ...args) => {
    if (emitter.listenerCount(name) > 0) emitter.emit(name, ...(args as never))
    else logUnheard(logger, name, args)
  }
  return { emitter, emit }
}

function logUnheard<Name extends keyof BotEvents>(logger: Logger, name: Name, args: BotEvents[Name]): void {
  const log: ((logger: Logger, ...args: BotEvents[Name]) => void) | undefined = unheard[name]
  try {
    log?.(logger, ...args)
  } catch {
    // A logger that throws is to the pipeline what a listener that throws is.
  }
}

/**
 * What means trouble, in ids and codes: field by field, since the text of an error may repeat what a person wrote or who they
 * are. A turn's error is whatever the responder threw, a sentence without a code, so it is left to listeners and the store.
 */
const unheard: { readonly [Name in keyof BotEvents]?: (logger: Logger, ...args: BotEvents[Name]) => void } = {
  error: (logger, error, where) => logger.error({ where, error: describeError(error) }, 'something failed'),
  'turn.failed': (logger, { conversationId, attempt, retryInMs }) =>
    logger.warn(
      { conversationId, attempt, retryInMs },
      'a turn failed and runs again; listen to `turn.failed` for its error',
    ),
  'turn.parked': (logger, { conversationId, turnId }) =>
    logger.warn(
      { conversationId, turnId },
      'a turn failed too often and is parked; `bot.turns()` has its error, `bot.replay(turnId)` runs it again',
    ),
  'message.failed': (logger, { conversationId, messageId, error }) =>
    logger.warn({ conversationId, messageId, code: codeOf(error) }, 'a message was refused for good'),
  'message.unknown': (logger, { conversationId, messageId, error }) =>
    logger.warn(
      { conversationId, messageId, code: codeOf(error) },
      'a message may or may not have been sent',
    ),
  'message.parked': (logger, { conversationId, messageId, reason }) =>
    logger.warn(
      { conversationId, messageId, reason },
      'a message may not be sent and is parked; `bot.release` lets it go',
    ),
  'account.blocked': (logger, { channel, error }) =>
    logger.error(
      { channel, code: codeOf(error) },
      'an account can send nothing; its messages wait. Listen to `account.blocked` for the reason',
    ),
  'message.retrying': (logger, { conversationId, messageId, error, afterMs }) =>
    logger.info({ conversationId, messageId, code: codeOf(error), afterMs }, 'a message is sent again later'),
}

/**
 * The code of `code: message`. Codes come from channels, so only what looks like one: a word, and no digits enough for a
 * phone number.
 */
function codeOf(error: string): string | undefined {
  const code = /^[\w.-]{1,64}(?=:)/.exec(error)?.[0]
  return code === undefined || /\d{7}/.test(code) ? undefined : code
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
