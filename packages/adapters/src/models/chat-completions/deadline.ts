/**
 * Runs work that must end: after `ms`, or when `outer` aborts, its signal aborts and the promise rejects at once,
 * with the outer signal's reason or with what `onTimeout` makes. The SDKs stop their own timer when the headers are
 * in, so a body that never ends would hang.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  onTimeout: () => Error,
  work: (signal: AbortSignal) => PromiseLike<T>,
): Promise<T> {
  outer?.throwIfAborted()
  const controller = new AbortController()
  let settle: () => void = () => {}
  const stopped = new Promise<never>((_, reject) => {
    const stop = (reason: unknown) => {
      reject(reason)
      controller.abort(reason)
    }
    const onAbort = () => stop(outer?.reason)
    const timer = setTimeout(() => stop(onTimeout()), ms)
    outer?.addEventListener('abort', onAbort, { once: true })
    settle = () => {
      clearTimeout(timer)
      outer?.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([work(controller.signal), stopped])
  } finally {
    settle()
  }
}
