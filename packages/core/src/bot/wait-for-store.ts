import type { Clock } from '../ports/index.js'
import { pause } from '../runtime/pause.js'

export interface StoreWait {
  /** Resolves to whether the store is there; to `false` when the wait was given up. Never rejects. */
  readonly over: Promise<boolean>
  giveUp(): void
}

/** Connects the store, again and again every `everyMs` while it is away. */
export function waitForStore(
  ready: () => Promise<void>,
  everyMs: number,
  clock: Clock,
  onError: (error: unknown) => void,
): StoreWait {
  const wanted = new AbortController()

  async function wait(): Promise<boolean> {
    while (!wanted.signal.aborted) {
      try {
        await ready()
        return !wanted.signal.aborted
      } catch (error) {
        onError(error)
      }
      if (!wanted.signal.aborted) await pause(clock, everyMs, wanted.signal)
    }
    return false
  }

  return { over: wait(), giveUp: () => wanted.abort() }
}
