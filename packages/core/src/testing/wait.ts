import { SwitchboardError } from '../errors.js'
import type { Clock } from '../ports/index.js'

/** The `delayMs` of what a test has scripted. */
export async function scriptedDelay(clock: Clock | undefined, ms = 0, signal?: AbortSignal): Promise<void> {
  if (ms <= 0) return
  if (!clock) throw new SwitchboardError('configuration', 'fakeChannel: `delayMs` needs the option `clock`')
  await wait(clock, ms, signal)
}

/** Waits by an injected clock. Rejects with the signal's reason when it aborts first. */
export function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
