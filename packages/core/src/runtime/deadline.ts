import { SwitchboardError } from '../errors.js'
import type { Clock } from '../ports/index.js'

/** A signal that aborts after a time, or when another signal does. Disposing frees both. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Gives work `ms` milliseconds.
 *
 * @param what named in the error: "the model", "the channel"
 * @throws nothing; the signal's reason is a `timeout` error
 */
export function deadline(clock: Clock, ms: number, what: string, outer?: AbortSignal): Deadline {
  const controller = new AbortController()
  const abort = () => controller.abort(outer?.reason)
  const cancel = clock.after(ms, () => {
    controller.abort(
      new SwitchboardError('timeout', `${what} did not answer within ${ms} ms`, { retryable: true }),
    )
  })
  if (outer?.aborted) abort()
  else outer?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      cancel()
      outer?.removeEventListener('abort', abort)
    },
  }
}

/** The promise's result, or the signal's reason as soon as it aborts: also for work that ignores its signal. */
export function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
