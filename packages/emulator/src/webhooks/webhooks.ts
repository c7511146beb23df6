import { EmulatorError } from '../errors.js'
import type { BatchSpread, WebhookTopic } from '../faults/vocabulary.js'
import { isObject, type JsonObject, parseJson } from '../json.js'
import type { WebhookHandler } from '../options.js'
import type { PostOffice } from './post-office.js'
import { type Delivery, joinDeliveries, type Signature } from './redeliver.js'
import { createShaper } from './shape.js'

export interface DeliverOptions {
  /**
   * Default `valid`. `bad`: made with another key, or with another secret in the header. `none`: without. `legacy-only`: Meta's old
   * SHA-1 header alone.
   */
  readonly signature?: Signature
  /** Deliver again as for any webhook until it is taken. Default false: one attempt. */
  readonly redeliver?: boolean
  /** The account whose webhook it is: its id, or its provider. Default Meta's first number. */
  readonly via?: string
}

/** How one provider puts webhooks on the wire. */
export interface WebhookWire<Change> {
  readonly provider: string
  /** Where the account's webhooks go at present. */
  webhook(): URL | WebhookHandler | undefined
  /** How to say where they go, for the error. */
  readonly hint: string
  /** Id of the account that a change is about. */
  accountOf(change: Change): string
  /** The bodies to post for these changes, one after the other: one for a single change. */
  compose(changes: readonly Change[], spread: BatchSpread): readonly JsonObject[]
  encode(body: unknown): Buffer
  /** All headers but the length. */
  headers(bytes: Buffer, signature: Signature): Readonly<Record<string, string>>
  /** Whether the provider takes this status for a success. */
  takes(status: number): boolean
}

/** The webhooks of one account, or of several that share an endpoint. */
export interface Webhooks<Change> {
  /** Throws an EmulatorError when there is nowhere to send webhooks to. */
  requireTarget(): void
  /** Sends one change, through the scripted faults. Throws an EmulatorError when no webhook is set. */
  publish(change: Change, topic: WebhookTopic): Promise<Delivery>
  /** Posts a body as it is: an object (encoded as the provider does), a string, or bytes. Faults do not touch it. */
  deliver(body: unknown, options?: DeliverOptions): Promise<Delivery>
  /** How the deliveries went, in a sentence. */
  describe(): string
  close(): void
}

export function createWebhooks<Change>(
  office: PostOffice,
  wire: WebhookWire<Change>,
  id: string,
): Webhooks<Change> {
  const { faults, redelivery } = office

  function send(
    bytes: Buffer,
    payload: JsonObject | undefined,
    { signature, attempts }: { signature: Signature; attempts: number },
  ): Promise<Delivery> {
    const { provider, webhook, takes } = wire
    const headers = wire.headers(bytes, signature)
    return office.redeliver({ provider, via: id, webhook, takes, bytes, payload, headers, attempts })
  }

  const shaper = createShaper<Change>(office.timers, async (changes, spread = 'mixed') => {
    const results: Delivery[] = []
    for (const body of wire.compose(changes, spread))
      results.push(await send(wire.encode(body), body, { signature: 'valid', attempts: redelivery.attempts }))
    return joinDeliveries(results)
  })

  return {
    requireTarget: () => requireTarget(wire),
    async publish(change, topic) {
      requireTarget(wire)
      const via = [wire.accountOf(change), wire.provider]
      const fault = faults.takeForWebhook({ topic, via, json: () => JSON.stringify(change) })
      return office.track(shaper.shape(change, fault))
    },
    async deliver(body, options = {}) {
      requireTarget(wire)
      const bytes = toBytes(wire, body)
      const parsed = parseJson(bytes.toString('utf8'))
      const attempts = options.redeliver ? redelivery.attempts : 1
      const signature = options.signature ?? 'valid'
      return office.track(send(bytes, isObject(parsed) ? parsed : undefined, { signature, attempts }))
    },
    describe: () => describe(wire, office, id),
    close: shaper.close,
  }
}

function requireTarget<Change>({ webhook, hint }: WebhookWire<Change>): void {
  if (webhook() === undefined)
    throw new EmulatorError('no-webhook', `The emulator does not know where to send webhooks: ${hint}.`)
}

function toBytes<Change>(wire: WebhookWire<Change>, body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  return wire.encode(body)
}

function describe<Change>(wire: WebhookWire<Change>, office: PostOffice, id: string): string {
  const webhook = wire.webhook()
  if (webhook === undefined) return 'No webhook is set.'
  const attempts = office.attempts.filter(each => each.via === id)
  const last = attempts.at(-1)
  const target = webhook instanceof URL ? webhook.href : 'the webhook handler'
  if (!last) return `No webhook was posted to ${target} yet.`
  const good = attempts.filter(each => each.status !== undefined && wire.takes(each.status)).length
  const outcome = last.status === undefined ? last.error : `status ${last.status}`
  return `Webhooks to ${target}: ${attempts.length} posted, ${good} answered with 200, the last one: ${outcome}.`
}
