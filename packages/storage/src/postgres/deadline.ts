import { StoreError } from '@switchboard/core'

/** A time by which one call must be through. */
export interface Deadline {
  /**
   * The promise, or an error when the time passes first.
   *
   * @param discard takes what the promise brings after that
   */
  race<Result>(promise: Promise<Result>, discard?: (late: Result) => void): Promise<Result>
  clear(): void
}

export function createDeadline(timeoutMs: number): Deadline {
  let passed = false
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      passed = true
      reject(
        new StoreError(
          'store_unavailable',
          `The database did not answer within ${timeoutMs} ms: is it reachable?`,
        ),
      )
    }, timeoutMs)
  })
  // Nobody may be racing when the time passes.
  expiry.catch(() => {})
  return {
    race(promise, discard) {
      promise.then(
        late => passed && discard?.(late),
        () => {},
      )
      return Promise.race([promise, expiry])
    },
    clear: () => clearTimeout(timer),
  }
}
