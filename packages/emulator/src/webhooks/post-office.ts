import type { EventLog } from '../event-log.js'
import type { FaultScript } from '../faults/fault-script.js'
import type { RedeliverySettings } from '../settings.js'
import type { Timers } from '../timers.js'
import { createPoster, type Poster } from './post.js'
import { createRedeliver, type Delivery, type Parcel, type RecordedAttempt } from './redeliver.js'

/** What the webhooks of all accounts share: connections, the record of attempts, and what is still on its way. */
export interface PostOffice {
  readonly timers: Timers
  readonly faults: FaultScript
  readonly poster: Poster
  readonly redelivery: RedeliverySettings
  /** Every attempt so far, in the order of their answers. */
  readonly attempts: readonly RecordedAttempt[]
  redeliver(parcel: Parcel): Promise<Delivery>
  /** Counts the work as pending until it is done. */
  track<Result>(work: Promise<Result>): Promise<Result>
  /** Resolves once nothing is on its way: no webhook, no redelivery, no status still to come. */
  settled(): Promise<void>
  reset(): void
  close(): void
}

export interface PostOfficeParts {
  readonly timers: Timers
  readonly events: EventLog
  readonly faults: FaultScript
  readonly redelivery: RedeliverySettings
  readonly now: () => number
}

export function createPostOffice(parts: PostOfficeParts): PostOffice {
  const { timers, faults, redelivery } = parts
  const attempts: RecordedAttempt[] = []
  const pending = new Set<Promise<unknown>>()
  const poster = createPoster(redelivery.timeoutMs)
  return {
    timers,
    faults,
    poster,
    redelivery,
    attempts,
    redeliver: createRedeliver({ ...parts, poster, attempts }),
    track(work) {
      pending.add(work)
      const done = (): void => void pending.delete(work)
      work.then(done, done)
      return work
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled([...pending])
    },
    reset() {
      attempts.length = 0
    },
    close: () => poster.close(),
  }
}
