import { SwitchboardError } from '@switchboard/core'
import { type AccessToken, basePathOf, type Fetch, isToken, parseBaseUrl } from '../../http/index.js'

export interface WahaChannelOptions {
  /** Where WAHA is: `http://localhost:3000`. */
  readonly url: string
  /** Sent as `X-Api-Key`, to this address alone; a function is asked before every request. Without it WAHA must be open. */
  readonly apiKey?: AccessToken
  /** The session that people belong to when they are addressed by phone alone. Default `default`. */
  readonly session?: string
  /**
   * Key of the webhooks' signatures (`webhooks[].hmac.key` of the session, `WHATSAPP_HOOK_HMAC_KEY`). **Without it nothing is
   * verified**, unless there is a `secretHeader`: whoever can reach the endpoint can write in anybody's name.
   */
  readonly hmacKey?: string
  /** A header that every webhook must carry (`webhooks[].customHeaders`), with or instead of the signature. */
  readonly secretHeader?: { readonly name: string; readonly value: string }
  /**
   * The sessions' engine. Default: as webhooks and the session itself say. NOWEB and GOWS take ids of ours for texts,
   * locations, contacts and polls (WAHA 2026.4.3 and later): such a message is sent again under the same id.
   */
  readonly engine?: 'WEBJS' | 'WPP' | 'NOWEB' | 'GOWS'
  /**
   * Whether people or other programs also write through WAHA's API, such as operators in its Chatwoot app. Then an echo with
   * `source: "api"` that this process did not send takes over. Default false: it counts as one of ours, since another
   * process of the bot may have sent it, and is only told as a notice.
   */
  readonly otherTools?: boolean
  /** Origins that files may be fetched from besides WAHA's own, such as the bucket of its S3 storage. The key never goes there. */
  readonly mediaOrigins?: readonly string[]
  /** Sends instead of the built-in client, for instance through a proxy. */
  readonly fetch?: Fetch
  /** Name of the channel: the last segment of its webhook's path. Default `waha`. */
  readonly name?: string
  /** How long a request may take, connection and answer together. Default 15 000; files have four times as long. */
  readonly timeoutMs?: number
  /** Epoch milliseconds, to tell absurd timestamps. Default `Date.now`. */
  readonly now?: () => number
}

/** Options with their defaults, checked. */
export interface WahaSettings {
  readonly base: URL
  /** Path of the base, without a slash at the end. */
  readonly path: string
  readonly apiKey: AccessToken | undefined
  readonly session: string
  readonly hmacKey: string | undefined
  readonly secretHeader: { readonly name: string; readonly value: string } | undefined
  readonly engine: string | undefined
  readonly otherTools: boolean
  readonly mediaOrigins: readonly URL[]
  readonly fetch: Fetch | undefined
  readonly name: string
  readonly timeoutMs: number
  now(): number
}

/** @throws {SwitchboardError} `configuration`, naming the option */
export function resolveOptions(options: WahaChannelOptions): WahaSettings {
  const {
    apiKey,
    hmacKey,
    secretHeader,
    timeoutMs = 15_000,
    session = 'default',
    mediaOrigins = [],
  } = options
  // An empty variable of the environment must not turn verification off.
  if (hmacKey === '') throw wrong('hmacKey is empty: set it or leave it out.')
  if (session === '') throw wrong('session is empty: set it or leave it out.')
  if (secretHeader && !(secretHeader.name && secretHeader.value)) {
    throw wrong('secretHeader needs a name and a value: set both or leave it out.')
  }
  if (apiKey !== undefined && typeof apiKey !== 'function' && !isToken(apiKey)) {
    throw wrong(
      'apiKey is empty or holds characters that no header can carry: check for blanks and line breaks.',
    )
  }
  if (!(timeoutMs > 0 && timeoutMs <= (2 ** 31 - 1) / 4)) {
    throw wrong('timeoutMs must be between 1 and 536870911.')
  }
  const base = parseBase('url', options.url)
  return {
    base,
    path: basePathOf(base),
    apiKey,
    session,
    hmacKey,
    secretHeader,
    engine: options.engine,
    otherTools: options.otherTools ?? false,
    mediaOrigins: mediaOrigins.map(origin => parseBase('mediaOrigins', origin)),
    fetch: options.fetch,
    name: options.name ?? 'waha',
    timeoutMs,
    now: options.now ?? Date.now,
  }
}

function parseBase(option: string, text: string): URL {
  const base = parseBaseUrl(text)
  if (base) return base
  throw wrong(`${option} must be an absolute URL with https or http, such as http://localhost:3000.`)
}

function wrong(message: string): SwitchboardError {
  return new SwitchboardError('configuration', `wahaChannel: ${message}`)
}
