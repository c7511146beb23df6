import { EmulatorError } from '../errors.js'
import type { EventLog } from '../event-log.js'
import type { FaultScript } from '../faults/fault-script.js'
import type { WebhookTopic } from '../faults/vocabulary.js'
import { isObject, parseJson } from '../json.js'
import type { Settings } from '../settings.js'
import type { Timers } from '../timers.js'
import { createPoster } from './post.js'
import { createRedeliver, type Delivery, type RecordedAttempt, type Signature } from './redeliver.js'
import { createShaper } from './shape.js'
import { type Verification, verifyWebhook } from './verify.js'
import { type Change, encodeWebhookBody, envelope } from './wire.js'

export interface DeliverOptions {
  /** Default `valid`. `bad`: made with another key. `legacy-only`: only the old SHA-1 header. */
  readonly signature?: Signature
  /** Deliver again as for any webhook until it is answered with 200. Default false: one attempt. */
  readonly redeliver?: boolean
}

export interface Webhooks {
  /** Every attempt so far, in the order of their answers. */
  readonly attempts: readonly RecordedAttempt[]
  /** Throws an EmulatorError when there is nowhere to send webhooks to. */
  requireTarget(): void
  /** Sends one change, through the scripted faults. Throws an EmulatorError when no webhook is set. */
  publish(change: Change, topic: WebhookTopic): Promise<Delivery>
  /** Posts a body as it is: an object (encoded as Meta does), a string, or bytes. Faults do not touch it. */
  deliver(body: unknown, options?: DeliverOptions): Promise<Delivery>
  /** The GET verification. */
  verify(token: string): Promise<Verification>
  /** Counts the work as pending until it is done. */
  track<Result>(work: Promise<Result>): Promise<Result>
  /** Resolves once nothing is on its way: no webhook, no redelivery, no status still to come. */
  settled(): Promise<void>
  /** How the deliveries went, in a sentence. */
  describe(): string
  reset(): void
  close(): void
}

export interface WebhookParts {
  readonly settings: Settings
  readonly timers: Timers
  readonly events: EventLog
  readonly faults: FaultScript
  readonly now: () => number
}

export function createWebhooks(parts: WebhookParts): Webhooks {
  const { settings, timers, faults } = parts
  const attempts: RecordedAttempt[] = []
  const pending = new Set<Promise<unknown>>()
  const poster = createPoster(settings.redelivery.timeoutMs)
  const redeliver = createRedeliver({ ...parts, poster, attempts })
  const shaper = createShaper(timers, groups => {
    const payload = envelope(groups)
    return redeliver(encodeWebhookBody(payload), payload, {
      signature: 'valid',
      attempts: settings.redelivery.attempts,
    })
  })

  function track<Result>(work: Promise<Result>): Promise<Result> {
    pending.add(work)
    const done = (): void => void pending.delete(work)
    work.then(done, done)
    return work
  }

  return {
    attempts,
    track,
    requireTarget: () => void requireWebhook(settings),
    verify: async token => verifyWebhook(poster, requireWebhook(settings), token),
    async publish(change, topic) {
      requireWebhook(settings)
      const fault = faults.takeForWebhook(topic, () => JSON.stringify(change.value))
      return track(shaper.shape(change, fault))
    },
    async deliver(body, options = {}) {
      requireWebhook(settings)
      const bytes = toBytes(body)
      const parsed = parseJson(bytes.toString('utf8'))
      const work = redeliver(bytes, isObject(parsed) ? parsed : undefined, {
        signature: options.signature ?? 'valid',
        attempts: options.redeliver ? settings.redelivery.attempts : 1,
      })
      return track(work)
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled([...pending])
    },
    describe: () => describe(settings, attempts),
    reset() {
      attempts.length = 0
    },
    close() {
      shaper.close()
      poster.close()
    },
  }
}

function requireWebhook({ webhook }: Settings): NonNullable<Settings['webhook']> {
  if (webhook === undefined)
    throw new EmulatorError(
      'no-webhook',
      'The emulator does not know where to send webhooks: pass { webhook } to startEmulator, or call connect(url).',
    )
  return webhook
}

function toBytes(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  return encodeWebhookBody(body)
}

function describe(settings: Settings, attempts: readonly RecordedAttempt[]): string {
  if (settings.webhook === undefined) return 'No webhook is set.'
  const last = attempts.at(-1)
  const target = settings.webhook instanceof URL ? settings.webhook.href : 'the webhook handler'
  if (!last) return `No webhook was posted to ${target} yet.`
  const good = attempts.filter(each => each.status === 200).length
  const outcome = last.status === undefined ? last.error : `status ${last.status}`
  return `Webhooks to ${target}: ${attempts.length} posted, ${good} answered with 200, the last one: ${outcome}.`
}
