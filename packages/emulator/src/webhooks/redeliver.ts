import type { EventLog } from '../event-log.js'
import type { JsonObject } from '../json.js'
import type { Settings } from '../settings.js'
import type { Timers } from '../timers.js'
import { type Poster, targetOf, type WebhookAttempt } from './post.js'
import { signLegacy, signWebhookBody } from './wire.js'

/** What became of one webhook. */
export interface Delivery {
  /** True once it was answered with 200: nothing else counts as success (Meta, "Webhooks overview"). */
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
  /** What was posted, when it is a JSON object. */
  readonly payload: JsonObject | undefined
}

export type Signature = 'valid' | 'bad' | 'none' | 'legacy-only'

export interface RedeliverParts {
  readonly settings: Settings
  readonly timers: Timers
  readonly events: EventLog
  readonly poster: Poster
  readonly now: () => number
  readonly attempts: RecordedAttempt[]
}

/** Posts the bytes until they are answered with 200, the attempts are used up, or the emulator closes. */
export function createRedeliver(parts: RedeliverParts) {
  const { settings, timers, events, poster, now, attempts } = parts
  let webhooks = 0

  return async function redeliver(
    bytes: Buffer,
    payload: JsonObject | undefined,
    options: { signature: Signature; attempts: number },
  ): Promise<Delivery> {
    webhooks += 1
    const number = webhooks
    const deliveries: WebhookAttempt[] = []
    const headers = headersFor(bytes, options.signature, settings.appSecret)
    for (let attempt = 1; attempt <= options.attempts; attempt += 1) {
      // Looked up each time: a server that was restarted elsewhere gets the redelivery.
      const { webhook } = settings
      if (webhook === undefined) break
      const at = now()
      const result = await poster.call({ ...targetOf(webhook), bytes, headers })
      deliveries.push(result)
      attempts.push({ ...result, webhook: number, attempt, at, payload })
      events.append('delivery', { ...result, webhook: number, attempt, at })
      if (result.status === 200) return { delivered: true, deliveries }
      const pause = Math.min(settings.redelivery.maxMs, settings.redelivery.firstMs * 2 ** (attempt - 1))
      if (attempt < options.attempts && !(await timers.wait(pause))) break
    }
    return { delivered: false, deliveries }
  }
}

function headersFor(bytes: Buffer, signature: Signature, appSecret: string): Record<string, string> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'facebookexternalua', accept: '*/*' }
  if (signature === 'none') return headers
  const legacy = { ...headers, 'x-hub-signature': signLegacy(bytes, appSecret) }
  if (signature === 'legacy-only') return legacy
  const key = signature === 'bad' ? `not ${appSecret}` : appSecret
  return { ...legacy, 'x-hub-signature-256': signWebhookBody(bytes, key) }
}
