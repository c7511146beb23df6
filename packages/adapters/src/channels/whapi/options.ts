import { SwitchboardError, toE164 } from '@switchboard/core'
import { type AccessToken, basePathOf, type Fetch, isToken, parseBaseUrl } from '../../http/index.js'

export interface WhapiChannelOptions {
  /**
   * The channel's id at Whapi (dashboard; `channel_id` of webhooks). A token is one number: what another channel's webhooks
   * bring belongs to that one, and is never answered from this one. Without it, all that comes is this number's, under the
   * channel's `name` as account.
   */
  readonly account?: string
  /**
   * The channel's number, so that its mentions in groups are known from the start. Default: learnt from the first message that
   * it writes, or from the channel's state.
   */
  readonly phone?: string
  /** The channel's token, or a function that is asked before every request. */
  readonly token: AccessToken
  /**
   * What Whapi sends with every webhook as a custom header (settings, `webhooks[].headers`): `Authorization: Bearer SECRET` or
   * `X-Webhook-Secret: SECRET`. **Whapi signs nothing, so without it nothing is verified**: whoever can reach the endpoint can
   * write in anybody's name.
   */
  readonly webhookSecret?: string
  /** The only header to look at, when it is another one. */
  readonly webhookSecretHeader?: string
  /**
   * As in the webhook's settings. `method` also takes `PUT`, `PATCH` and `DELETE`. Whapi's third one, `path`, appends the name
   * of the event to the address: hand those requests to `bot.handle(request, name)`. Default `body`.
   */
  readonly webhookMode?: 'body' | 'method'
  /**
   * Whether people or other programs also write with this token, such as operators in a CRM. Then what came over the API and
   * was not sent by this process takes over, so let one process receive and send. Default false: all that comes over the API
   * counts as ours, and what another tool sends is neither stored nor a takeover, since Whapi gives no id of ours back.
   */
  readonly otherTools?: boolean
  /**
   * Seconds, up to 60, that a text shows "typing…" and a voice note "recording…" before it goes out. Whapi answers only
   * afterwards, so keep it well below the bot's `sends.timeoutMs`. Default none.
   */
  readonly typingTime?: number
  /** Seconds that `startTyping` shows "typing…". Default 10. */
  readonly typingSeconds?: number
  /** Where the API is. Default `https://gate.whapi.cloud`. */
  readonly apiUrl?: string
  /** Sends instead of the built-in client, for instance through a proxy. What left is then judged by error codes. */
  readonly fetch?: Fetch
  /** Name of the channel: the last segment of its webhook's path. Default `whapi`. */
  readonly name?: string
  /** How long a request may take, connection and answer together. Files have two minutes at least. Default 30 000. */
  readonly timeoutMs?: number
  /** Epoch milliseconds, to tell absurd timestamps. Default `Date.now`. */
  readonly now?: () => number
}

/** Options with their defaults, checked. */
export interface WhapiSettings {
  readonly account: string
  /** Whether webhooks of any channel are of this account. */
  readonly anyChannel: boolean
  /** E.164. */
  readonly phone: string | undefined
  readonly token: AccessToken
  readonly webhookSecret: string | undefined
  readonly webhookSecretHeader: string | undefined
  readonly otherTools: boolean
  /** Of requests that are webhooks. */
  readonly methods: readonly string[]
  readonly typingTime: number | undefined
  readonly typingSeconds: number
  readonly base: URL
  /** Path of the base. */
  readonly path: string
  readonly fetch: Fetch | undefined
  readonly name: string
  readonly timeoutMs: number
  now(): number
}

const longestTyping = 60

/** @throws {SwitchboardError} `configuration`, naming the option */
export function resolveOptions(options: WhapiChannelOptions): WhapiSettings {
  const { name = 'whapi', timeoutMs = 30_000, webhookMode = 'body', typingTime, typingSeconds = 10 } = options
  // An empty variable of the environment must not turn verification off.
  for (const option of ['account', 'webhookSecret', 'webhookSecretHeader'] as const) {
    if (options[option] === '') throw wrong(`${option} is empty: set it or leave it out.`)
  }
  if (typeof options.token !== 'function' && !isToken(options.token)) {
    throw wrong(
      'token is empty or holds characters that no header can carry: check for blanks and line breaks.',
    )
  }
  if (webhookMode !== 'body' && webhookMode !== 'method') throw wrong('webhookMode must be body or method.')
  if (!(timeoutMs > 0 && timeoutMs <= 2 ** 31 - 1)) throw wrong('timeoutMs must be between 1 and 2147483647.')
  for (const [option, seconds] of Object.entries({ typingTime: typingTime ?? 0, typingSeconds })) {
    if (!(seconds >= 0 && seconds <= longestTyping))
      throw wrong(`${option} must be between 0 and 60 seconds.`)
  }
  const phone = options.phone === undefined ? undefined : toE164(options.phone)
  if (options.phone !== undefined && phone === undefined)
    throw wrong('phone must be a number like +15550001234.')
  const base = parseBase(options.apiUrl ?? 'https://gate.whapi.cloud')
  return {
    account: options.account ?? name,
    anyChannel: options.account === undefined,
    phone,
    token: options.token,
    webhookSecret: options.webhookSecret,
    webhookSecretHeader: options.webhookSecretHeader?.toLowerCase(),
    otherTools: options.otherTools ?? false,
    methods: webhookMode === 'body' ? ['POST'] : ['POST', 'PUT', 'PATCH', 'DELETE'],
    typingTime,
    typingSeconds,
    base,
    path: basePathOf(base),
    fetch: options.fetch,
    name,
    timeoutMs,
    now: options.now ?? Date.now,
  }
}

function parseBase(apiUrl: string): URL {
  const base = parseBaseUrl(apiUrl)
  if (base) return base
  throw wrong('apiUrl must be an absolute URL with https or http, such as https://gate.whapi.cloud.')
}

function wrong(message: string): SwitchboardError {
  return new SwitchboardError('configuration', `whapiChannel: ${message}`)
}
