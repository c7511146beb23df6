import { SwitchboardError } from '../errors.js'
import type { Clock } from '../ports/index.js'
import { backoffMs } from '../rules/index.js'

export interface PersistOptions {
  readonly clock: Clock
  readonly random: () => number
  /** How long to go on trying, in milliseconds. Asked after each failure. */
  forMs(): number
}

const backoff = { baseMs: 100, maxMs: 2_000 }

/**
 * Repeats a write while the store is away. Only for writes that are the same when they are done twice: when the
 * connection breaks nobody knows whether the first one was committed.
 */
export async function persist<Result>(
  write: () => Promise<Result>,
  { clock, random, forMs }: PersistOptions,
): Promise<Result> {
  const since = clock.now()
  for (let attempt = 1; ; attempt++) {
    try {
      return await write()
    } catch (error) {
      const away = SwitchboardError.is(error) && error.code === 'store_unavailable'
      if (!away || clock.now() - since >= forMs()) throw error
      await new Promise<void>(resolve => clock.after(backoffMs(attempt, backoff, random()), resolve))
    }
  }
}
