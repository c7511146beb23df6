import { type SendLimits, SwitchboardError } from '@switchboard/core'
import { type AccessToken, basePathOf, type Fetch, isToken, parseBaseUrl } from '../../http/index.js'

/** One more number, behind the same webhook. */
export interface MetaAccount {
  readonly phoneNumberId: string
  /** Default the channel's. */
  readonly accessToken?: AccessToken
  /** Of the app that reports this number. Default the channel's. */
  readonly appSecret?: string
}

export interface MetaChannelOptions {
  /** Id of the business's number (App Dashboard, WhatsApp, API Setup), not the number itself. */
  readonly phoneNumberId: string
  /** A system user's token, or a function that is asked before every request. */
  readonly accessToken: AccessToken
  /**
   * Key of the webhooks' signatures (App Dashboard, Settings, Basic). **Without it nothing is verified**: whoever can reach
   * the endpoint can write in anybody's name. Leave it out only where something in front verifies already.
   */
  readonly appSecret?: string
  /** What was entered as verify token when the webhook was set up. Without it the `GET` of the set-up is refused. */
  readonly verifyToken?: string
  /** More numbers, where they have tokens or apps of their own. Numbers that share everything need not be listed. */
  readonly accounts?: readonly MetaAccount[]
  /** Where the Graph API is. Default `https://graph.facebook.com`. */
  readonly graphUrl?: string
  /** Default `v24.0`. */
  readonly graphVersion?: string
  /** Sends instead of the built-in client, for instance through a proxy. What left is then judged by error codes. */
  readonly fetch?: Fetch
  /** Name of the channel: the last segment of its webhook's path. Default `meta`. */
  readonly name?: string
  /**
   * How fast messages may leave. Default what Meta allows: 80 a second from one number, and to one person 45 at once, then
   * one in 6 s (Meta, "Throughput"). A number that was upgraded may send 1 000 a second, one that is also used in the Business
   * app 20; several processes share a `limiter`, or get a share each. `{}`: no limits.
   */
  readonly limits?: SendLimits
  /** How long a request may take, connection and answer together. Default 10 000. */
  readonly timeoutMs?: number
  /**
   * How long the upload or the download of a file may take. Default 60 000. A file that `send` uploads itself also has to fit
   * into the `sends.timeoutMs` of the bot.
   */
  readonly mediaTimeoutMs?: number
  /** Epoch milliseconds, to tell absurd timestamps. Default `Date.now`. */
  readonly now?: () => number
}

/** Options with their defaults, checked. */
export interface MetaSettings {
  readonly phoneNumberId: string
  /** By number, the channel's own first. */
  readonly accessTokens: ReadonlyMap<string, AccessToken>
  readonly appSecrets: ReadonlyMap<string, string | undefined>
  readonly verifyToken: string | undefined
  readonly base: URL
  /** Path of the base and version. */
  readonly path: string
  readonly fetch: Fetch | undefined
  readonly name: string
  readonly timeoutMs: number
  readonly mediaTimeoutMs: number
  readonly limits: SendLimits
  now(): number
}

const longestTimer = 2 ** 31 - 1

const defaultLimits: SendLimits = {
  account: { burst: 80, everyMs: 12.5 },
  recipient: { burst: 45, everyMs: 6_000 },
}

/** @throws {SwitchboardError} `configuration`, naming the option */
export function resolveOptions(options: MetaChannelOptions): MetaSettings {
  const {
    name = 'meta',
    graphVersion = 'v24.0',
    timeoutMs = 10_000,
    mediaTimeoutMs = 60_000,
    accessToken,
  } = options
  if (options.verifyToken === '') throw wrong('verifyToken is empty: set it or leave it out.')
  const accounts = [options, ...(options.accounts ?? [])]
  for (const account of accounts) checkAccount({ accessToken, ...account })
  for (const [option, value] of Object.entries({ timeoutMs, mediaTimeoutMs })) {
    if (!(value > 0 && value <= longestTimer)) throw wrong(`${option} must be between 1 and ${longestTimer}.`)
  }
  const base = parseBase(options.graphUrl ?? 'https://graph.facebook.com')
  return {
    phoneNumberId: options.phoneNumberId,
    accessTokens: new Map(accounts.map(one => [one.phoneNumberId, one.accessToken ?? accessToken])),
    appSecrets: new Map(accounts.map(one => [one.phoneNumberId, one.appSecret ?? options.appSecret])),
    verifyToken: options.verifyToken,
    base,
    path: `${basePathOf(base)}/${encodeURIComponent(graphVersion)}`,
    fetch: options.fetch,
    name,
    timeoutMs,
    mediaTimeoutMs,
    limits: options.limits ?? defaultLimits,
    now: options.now ?? Date.now,
  }
}

function checkAccount({ phoneNumberId, accessToken, appSecret }: MetaAccount): void {
  if (!phoneNumberId) throw wrong('phoneNumberId is missing.')
  // An empty variable of the environment must not turn verification off.
  if (appSecret === '') throw wrong('appSecret is empty: set it or leave it out.')
  if (typeof accessToken !== 'function' && !isToken(accessToken)) {
    throw wrong(
      'accessToken is empty or holds characters that no header can carry: check for blanks and line breaks.',
    )
  }
}

function parseBase(graphUrl: string): URL {
  const base = parseBaseUrl(graphUrl)
  if (base) return base
  throw wrong('graphUrl must be an absolute URL with https or http, such as https://graph.facebook.com.')
}

function wrong(message: string): SwitchboardError {
  return new SwitchboardError('configuration', `metaChannel: ${message}`)
}
