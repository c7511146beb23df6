import type { Clock } from '../ports/index.js'

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
  let givenUp = false
  let endPause: (() => void) | undefined

  function pause(): Promise<void> {
    return new Promise(resolve => {
      const cancel = clock.after(everyMs, resolve)
      endPause = () => {
        cancel()
        resolve()
      }
    })
  }

  async function wait(): Promise<boolean> {
    while (!givenUp) {
      try {
        await ready()
        return !givenUp
      } catch (error) {
        onError(error)
      }
      if (!givenUp) await pause()
    }
    return false
  }

  return {
    over: wait(),
    giveUp() {
      givenUp = true
      endPause?.()
    },
  }
}
