import type { Clock } from '../ports/index.js'

/** Waits `ms`, or until the signal aborts. Never rejects. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
