/**
 * What went wrong, in a word that code can branch on.
 *
 * | code | meaning |
 * |---|---|
 * | `configuration` | the program was put together wrongly; the message names the option |
 * | `invalid_input` | a caller passed something that cannot work; the message names it |
 * | `not_found` | no such conversation, message or turn |
 * | `overloaded` | the process takes no more work now; nothing was stored |
 * | `stopped` | the bot is stopping or has stopped |
 * | `store_unavailable` | the store did not answer; nothing is known to be committed |
 * | `store_data` | the store refused the data itself |
 * | `store_failed` | the store failed in another way |
 * | `locked` | another process holds the data directory |
 * | `channel_refused` | the provider refused: nothing was sent |
 * | `channel_unknown` | the request left, its outcome is not known |
 * | `model_failed` | the model's API refused or failed |
 * | `limiter_failed` | a rate limiter that processes share did not answer or refused |
 * | `timeout` | a deadline passed |
 */
export type ErrorCode =
  | 'configuration'
  | 'invalid_input'
  | 'not_found'
  | 'overloaded'
  | 'stopped'
  | 'store_unavailable'
  | 'store_data'
  | 'store_failed'
  | 'locked'
  | 'channel_refused'
  | 'channel_unknown'
  | 'model_failed'
  | 'limiter_failed'
  | 'timeout'

export interface ErrorOptions {
  readonly cause?: unknown
  /** Whether the same call may succeed later. Default false. */
  readonly retryable?: boolean
  /** How long to wait before the next try, in milliseconds, when the other side said so. */
  readonly retryAfterMs?: number
}

const brand = Symbol.for('switchboard.error')

/** The root of every error that Switchboard throws. The message says what to do. */
export class SwitchboardError extends Error {
  override readonly name: string = 'SwitchboardError'
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly [brand] = true

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
  }

  /** Whether `error` is one of ours, also when two copies of this package are installed. */
  static is(error: unknown): error is SwitchboardError {
    return typeof error === 'object' && error !== null && brand in error
  }
}

/**
 * What a refusal is about, and so what follows when no retry can help. `message`, `recipient`: the message fails. `account`, `auth`:
 * all messages of the account wait, and one tries from time to time. `window`: the message is parked, or a template goes out.
 * With `retryAfterMs`, all messages of the `account` or `recipient` wait so long.
 */
export type ChannelErrorScope = 'message' | 'recipient' | 'account' | 'window' | 'auth'

export interface ChannelErrorOptions extends ErrorOptions {
  /** Default `message`. */
  readonly scope?: ChannelErrorScope
  /** The provider's own code. */
  readonly providerCode?: string
}

/**
 * A send that did not succeed. Code `channel_refused`: the provider certainly did not take the message.
 * Code `channel_unknown`: it may have; it is never sent again blindly.
 */
export class ChannelError extends SwitchboardError {
  override readonly name = 'ChannelError'
  readonly scope: ChannelErrorScope
  readonly providerCode: string | undefined

  constructor(
    code: 'channel_refused' | 'channel_unknown',
    message: string,
    options: ChannelErrorOptions = {},
  ) {
    super(code, message, options)
    this.scope = options.scope ?? 'message'
    this.providerCode = options.providerCode
  }
}

/** A store that failed. `store_data` blames the rows, `store_unavailable` the connection (retryable). */
export class StoreError extends SwitchboardError {
  override readonly name = 'StoreError'

  constructor(
    code: 'store_unavailable' | 'store_data' | 'store_failed',
    message: string,
    options: ErrorOptions = {},
  ) {
    super(code, message, { retryable: code === 'store_unavailable', ...options })
  }
}

/** A model call that failed. `retryable` for overload, rate limits and server errors. */
export class ModelError extends SwitchboardError {
  override readonly name = 'ModelError'

  constructor(message: string, options: ErrorOptions = {}) {
    super('model_failed', message, options)
  }
}

/** A short text of an error for logs and tables: its message and that of its cause, without a stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  const told = !(cause instanceof Error) || cause.message === '' || message.includes(cause.message)
  return told ? message : `${message} (${cause.message})`
}
