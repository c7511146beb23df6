import { createHmac, randomBytes } from 'node:crypto'
import { EmulatorError } from '../errors.js'
import type { JsonObject } from '../json.js'
import type { WahaEngine, WahaOptions, WebhookHandler } from '../options.js'
import { resolveWebhook } from '../settings.js'
import type { Signature } from '../webhooks/redeliver.js'
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.js'
import type { World } from '../world.js'

export type WahaStatus =
  | 'STOPPED'
  | 'STARTING'
  | 'SCAN_QR_CODE'
  | 'PASSKEY_REQUIRED'
  | 'PASSKEY_CONFIRMATION_REQUIRED'
  | 'WORKING'
  | 'FAILED'

/** One event before it is in its envelope. */
export interface WahaEvent {
  readonly event: string
  readonly payload: JsonObject
}

/** One session with its settings. What is not readonly changes while it runs. */
export interface WahaSession {
  readonly world: World
  readonly name: string
  readonly apiKey: string
  readonly engine: WahaEngine
  readonly phone: string
  readonly addressing: 'phone' | 'lid'
  readonly downloadMedia: boolean
  /** Milliseconds; 0: for ever. */
  readonly filesLifetimeMs: number
  readonly webhooks: Webhooks<WahaEvent>
  /** Full ids by their stanza id: the wire uses both. */
  readonly fullIds: Map<string, string>
  /** What was answered to sends with an id of the client's own. */
  readonly answered: Map<string, JsonObject>
  /** Files by the name in their URL. */
  readonly files: Map<string, { readonly mediaId: string; readonly until: number }>
  webhook: URL | WebhookHandler | undefined
  hmacKey: string | undefined
  customHeaders: Readonly<Record<string, string>>
  events: ReadonlySet<string>
  status: WahaStatus
}

const EVENTS = [
  'message.any',
  'message.reaction',
  'message.ack',
  'message.ack.group',
  'message.revoked',
  'message.edited',
  'poll.vote',
  'session.status',
]
const ENGINES: readonly string[] = ['NOWEB', 'WEBJS', 'GOWS'] satisfies WahaEngine[]
const VERSION = '2026.7.1'

export function createSession(world: World, options: WahaOptions): WahaSession {
  const { engine = 'GOWS', phone: given = '15550007777', hmacKey = 'emulator-waha-hmac-key' } = options
  const phone = given.replace(/^\+/, '')
  if (!ENGINES.includes(engine))
    throw new EmulatorError(
      'invalid-option',
      `waha.engine must be one of ${ENGINES.join(', ')}, not "${engine}".`,
    )
  if (!/^\d{7,15}$/.test(phone))
    throw new EmulatorError('invalid-option', `waha.phone must be 7 to 15 digits, not "${phone}".`)
  const name = options.session ?? 'default'
  const session: WahaSession = {
    world,
    name,
    engine,
    phone,
    apiKey: options.apiKey ?? 'emulator-waha-key',
    addressing: options.addressing ?? 'phone',
    downloadMedia: options.downloadMedia ?? true,
    filesLifetimeMs: (options.filesLifetime ?? 180) * 1000,
    fullIds: new Map(),
    answered: new Map(),
    files: new Map(),
    webhook: resolveWebhook(options.webhook),
    hmacKey: hmacKey ?? undefined,
    customHeaders: {},
    events: new Set(options.events ?? EVENTS),
    status: 'WORKING',
    webhooks: createWebhooks<WahaEvent>(
      world.office,
      {
        provider: 'waha',
        hint: 'pass { waha: { webhook } } to startEmulator, call waha.connect(url), or PUT /api/sessions/{session}',
        webhook: () => session.webhook,
        accountOf: () => name,
        // One event a POST: there are no batches.
        compose: events => events.map(event => envelope(session, event)),
        encode: body => Buffer.from(JSON.stringify(body)),
        headers: (bytes, signature) => headersOf(session, bytes, signature),
        takes: status => status >= 200 && status < 300,
      },
      name,
    ),
  }
  return session
}

/** `{ id, timestamp, event, session, metadata, me, payload, engine, environment }` (WAHA, "Events"). */
function envelope(session: WahaSession, { event, payload }: WahaEvent): JsonObject {
  return {
    id: `evt_01${randomBytes(12).toString('hex')}`,
    timestamp: session.world.now(),
    event,
    session: session.name,
    metadata: {},
    me: session.status === 'WORKING' || session.status === 'STOPPED' ? meOf(session) : null,
    payload,
    engine: session.engine,
    environment: environmentOf(session),
  }
}

export function meOf(session: WahaSession): JsonObject {
  const { phone } = session
  const jid = `${phone}:12@s.whatsapp.net`
  return { id: `${phone}@c.us`, pushName: 'Emulated business', lid: ownLid(session), jid }
}

export function ownLid({ phone }: WahaSession): string {
  return `2${phone.slice(-14).padStart(14, '0')}@lid`
}

export function environmentOf({ engine }: WahaSession): JsonObject {
  const browser = engine === 'WEBJS' ? '/usr/bin/chromium' : null
  return { version: VERSION, engine, tier: 'CORE', browser, platform: 'linux/x64', worker: { id: null } }
}

/** The HMAC over the raw body, in hex, without a prefix (WAHA, "Webhooks"). */
function headersOf(session: WahaSession, bytes: Buffer, signature: Signature): Record<string, string> {
  const { hmacKey, customHeaders, world } = session
  const headers = {
    'content-type': 'application/json',
    'x-webhook-request-id': randomBytes(13).toString('hex'),
    'x-webhook-timestamp': String(world.now()),
    ...customHeaders,
  }
  if (hmacKey === undefined || signature === 'none' || signature === 'legacy-only') return headers
  const key = signature === 'bad' ? `not ${hmacKey}` : hmacKey
  const hmac = createHmac('sha512', key).update(bytes).digest('hex')
  return { ...headers, 'x-webhook-hmac': hmac, 'x-webhook-hmac-algorithm': 'sha512' }
}
