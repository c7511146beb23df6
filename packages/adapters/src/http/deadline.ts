import { SwitchboardError } from '@switchboard/core'

/** Runs with a signal that aborts after `timeoutMs`, or when `outer` does. */
export async function withDeadline<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const abort = () => controller.abort(outer?.reason)
  const expire = () => controller.abort(new SwitchboardError('timeout', `No answer within ${timeoutMs} ms.`))
  const timer = setTimeout(expire, timeoutMs)
  if (outer?.aborted) abort()
  else outer?.addEventListener('abort', abort, { once: true })
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    // The caller's signal may outlive many calls.
    outer?.removeEventListener('abort', abort)
  }
}

/** `promise`, or a rejection as soon as the signal aborts. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
