import type { EventLog } from '../event-log.js'
import type { JsonObject } from '../json.js'
import type { WebhookHandler } from '../options.js'
import type { RedeliverySettings } from '../settings.js'
import type { Timers } from '../timers.js'
import { type Poster, targetOf, type WebhookAttempt } from './post.js'

/** What became of one webhook. */
export interface Delivery {
  /**
   * True once it was answered with 200: nothing else counts as success at Meta ("Webhooks overview") and Whapi. WAHA takes any 2xx.
   */
  readonly delivered: boolean
  /** Every attempt, first to last; of every copy, when a fault made copies. */
  readonly deliveries: readonly WebhookAttempt[]
}

/** An attempt as listed by `emulator.webhooks.attempts`. */
export interface RecordedAttempt extends WebhookAttempt {
  /** Counts the webhooks; redeliveries of one share it. */
  readonly webhook: number
  /** 1 for the first. */
  readonly attempt: number
  /** When it was posted, milliseconds since 1970. */
  readonly at: number
  /** Id of the account whose webhook it was; `meta` for Meta's numbers, which share one. */
  readonly via: string
  /** What was posted, when it is a JSON object. */
  readonly payload: JsonObject | undefined
}

export type Signature = 'valid' | 'bad' | 'none' | 'legacy-only'

export interface RedeliverParts {
  readonly timers: Timers
  readonly events: EventLog
  readonly poster: Poster
  readonly now: () => number
  readonly attempts: RecordedAttempt[]
  readonly redelivery: RedeliverySettings
}

/** One webhook that is ready to be posted. */
export interface Parcel {
  readonly provider: string
  readonly via: string
  readonly bytes: Buffer
  readonly payload: JsonObject | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Attempts in all. */
  readonly attempts: number
  /** Looked up before each attempt: a server that was restarted elsewhere gets the redelivery. */
  webhook(): URL | WebhookHandler | undefined
  /** Whether the provider takes this status for a success. */
  takes(status: number): boolean
}

export const NOT_DELIVERED: Delivery = { delivered: false, deliveries: [] }

/** What became of several webhooks, as one. */
export function joinDeliveries(all: readonly Delivery[]): Delivery {
  return {
    delivered: all.every(each => each.delivered),
    deliveries: all.flatMap(each => each.deliveries),
  }
}

/** Posts a parcel until it is taken, the attempts are used up, or the emulator closes. */
export function createRedeliver(parts: RedeliverParts): (parcel: Parcel) => Promise<Delivery> {
  const { timers, events, poster, now, attempts, redelivery } = parts
  let webhooks = 0

  return async function redeliver({ provider, via, bytes, payload, headers, ...parcel }) {
    webhooks += 1
    const number = webhooks
    const deliveries: WebhookAttempt[] = []
    for (let attempt = 1; attempt <= parcel.attempts; attempt += 1) {
      const webhook = parcel.webhook()
      if (webhook === undefined) break
      const at = now()
      const result = await poster.call({ ...targetOf(webhook, provider), bytes, headers })
      deliveries.push(result)
      attempts.push({ ...result, webhook: number, attempt, at, via, payload })
      events.append('delivery', { ...result, webhook: number, attempt, at, via })
      if (result.status !== undefined && parcel.takes(result.status)) return { delivered: true, deliveries }
      const pause = Math.min(redelivery.maxMs, redelivery.firstMs * 2 ** (attempt - 1))
      if (attempt < parcel.attempts && !(await timers.wait(pause))) break
    }
    return { delivered: false, deliveries }
  }
}
