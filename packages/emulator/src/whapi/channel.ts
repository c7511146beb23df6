import { randomBytes } from 'node:crypto'
import { EmulatorError } from '../errors.js'
import type { WebhookHandler, WhapiOptions } from '../options.js'
import { resolveWebhook } from '../settings.js'
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.js'
import type { World } from '../world.js'
import { composeEvents, type WhapiEvent } from './events.js'

/** `health.status.text`: AUTH is connected, QR waits for somebody with the phone. */
export type WhapiHealth = 'NOT_INIT' | 'INIT' | 'LAUNCH' | 'QR' | 'AUTH' | 'ERROR' | 'SYNC_ERROR'

/** One channel with its settings. What is not readonly changes while it runs. */
export interface WhapiChannel {
  readonly world: World
  readonly id: string
  readonly token: string
  readonly phone: string
  readonly startedAt: number
  readonly webhooks: Webhooks<WhapiEvent>
  webhook: URL | WebhookHandler | undefined
  headers: Readonly<Record<string, string>>
  /** `type.method` of the events that are sent; all of them when undefined. */
  events: ReadonlySet<string> | undefined
  autoDownload: readonly string[]
  health: WhapiHealth
  /** The members of `PATCH /settings` that only come back. */
  otherSettings: Readonly<Record<string, unknown>>
}

export function createChannel(world: World, options: WhapiOptions): WhapiChannel {
  const phone = (options.phone ?? '15550008888').replace(/^\+/, '')
  if (!/^\d{7,15}$/.test(phone))
    throw new EmulatorError('invalid-option', `whapi.phone must be 7 to 15 digits, not "${phone}".`)
  const id = options.channelId ?? 'EMULTR-W1H2P'
  const channel: WhapiChannel = {
    world,
    id,
    phone,
    token: options.token ?? 'emulator-whapi-token',
    startedAt: world.now(),
    webhook: resolveWebhook(options.webhook),
    headers: options.headers ?? { authorization: 'Bearer emulator-whapi-secret' },
    events: undefined,
    autoDownload: options.autoDownload ?? [],
    health: 'AUTH',
    otherSettings: {
      callback_persist: true,
      callback_backoff_delay_ms: 3_000,
      max_callback_backoff_delay_ms: 900_000,
    },
    webhooks: createWebhooks<WhapiEvent>(
      world.office,
      {
        provider: 'whapi',
        hint: 'pass { whapi: { webhook } } to startEmulator, call whapi.connect(url), or PATCH /settings',
        webhook: () => channel.webhook,
        accountOf: () => id,
        compose: changes => composeEvents(id, changes),
        encode: body => Buffer.from(JSON.stringify(body)),
        headers: (_, signature) => headersOf(channel, signature),
        takes: status => status === 200,
      },
      id,
    ),
  }
  return channel
}

function headersOf({ headers }: WhapiChannel, signature: string): Record<string, string> {
  const plain = { 'content-type': 'application/json', accept: '*/*' }
  if (signature === 'valid') return { ...plain, ...headers }
  if (signature !== 'bad') return plain
  const wrong = Object.entries(headers).map(([name, value]) => [name, `not ${value}`])
  return { ...plain, ...Object.fromEntries(wrong) }
}

/** `p.66d91c34343a4884.g4CA-89118459dc5`: no client should take it apart. */
export function newMessageId(): string {
  return `p.${randomBytes(8).toString('hex')}.g4CA-${randomBytes(6).toString('hex').slice(1)}`
}
