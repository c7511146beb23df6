import type { ModelAnswer } from './model/answer.js'
import type { PersonDetails } from './people.js'

/** A web-standard handler, such as `bot.fetch`: webhooks reach it without a server in between. */
export type WebhookHandler = (request: Request) => Response | Promise<Response>

/** One business phone number. */
export interface BusinessNumber {
  /** The id in Graph paths, digits. */
  readonly phoneNumberId: string
  /** Digits without `+`, as in `metadata.display_phone_number`. */
  readonly displayPhoneNumber: string
  /** Id of the WhatsApp Business Account, `entry[].id` of webhooks. */
  readonly businessAccountId: string
}

/** When the statuses of an accepted message are sent. Times in milliseconds after acceptance. */
export interface StatusOptions {
  /** Default 10. */
  readonly sentMs?: number
  /** Default 50. */
  readonly deliveredMs?: number
  /** People open the chat by themselves after so long; default: only when `person.read()` is called. */
  readonly readMs?: number
  /** `reversed`: `delivered` overtakes `sent`, as Meta allows. Default `forward`. */
  readonly order?: 'forward' | 'reversed'
  /**
   * The `sent` webhook (at Whapi and WAHA the one that shows the message, too) is posted, and answered, before the send
   * request gets its own answer. Default false.
   */
  readonly beforeAnswer?: boolean
}

/** How a webhook that was not answered with 200 is delivered again. Meta takes up to 7 days, less and less often. */
export interface RedeliveryOptions {
  /** Pause before the second attempt in milliseconds, default 200; doubled each time. */
  readonly firstMs?: number
  /** Longest pause, default 2000. */
  readonly maxMs?: number
  /** Attempts in all, default 12 (about 17 seconds). */
  readonly attempts?: number
  /** Patience with one attempt, default 10 000. */
  readonly timeoutMs?: number
}

export interface ModelOptions {
  /** The bearer key that the model API asks for; default: any or none. */
  readonly apiKey?: string
  /** Names listed by `GET /v1/models`; any name is accepted in a request. */
  readonly models?: readonly string[]
  /** Answer used when the script has none; default: an echo that says it is the emulator. */
  readonly answer?: ModelAnswer
}

/** One channel of Whapi.cloud: a number behind a bearer token. */
export interface WhapiOptions {
  /** Where its webhooks go; can be set later with `emulator.whapi.connect`, or by the bot with `PATCH /settings`. */
  readonly webhook?: string | URL | WebhookHandler
  /** Bearer token. Default `emulator-whapi-token`. */
  readonly token?: string
  /** `channel_id` of webhooks. Default `EMULTR-W1H2P`. */
  readonly channelId?: string
  /** Digits of the business number. Default 15550008888. */
  readonly phone?: string
  /** Headers of every webhook: Whapi signs nothing, so this is where a secret goes. Default `{ authorization: 'Bearer emulator-whapi-secret' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Kinds of media that come with a `link`: image, audio, voice, video, document, sticker. Default none. */
  readonly autoDownload?: readonly string[]
}

/** The programs that WAHA can talk to WhatsApp with. Their webhooks differ. */
export type WahaEngine = 'NOWEB' | 'WEBJS' | 'GOWS'

/** One session of WAHA. */
export interface WahaOptions {
  /** Where its webhooks go; can be set later with `emulator.waha.connect`, or by the bot with `PUT /api/sessions/{session}`. */
  readonly webhook?: string | URL | WebhookHandler
  /** `X-Api-Key`. Default `emulator-waha-key`. */
  readonly apiKey?: string
  /** Default `default`. */
  readonly session?: string
  /** Default GOWS. */
  readonly engine?: WahaEngine
  /** Digits of the business number. Default 15550007777. */
  readonly phone?: string
  /** Key of the HMAC over webhooks; `null`: unsigned. Default `emulator-waha-hmac-key`. */
  readonly hmacKey?: string | null
  /**
   * The events that are sent. Default: all of them but `message`, which says again what `message.any` says of people's messages.
   */
  readonly events?: readonly string[]
  /** How people show in direct chats: by phone (`@c.us`), if they show one, or by hidden id (`@lid`). Default `phone`. */
  readonly addressing?: 'phone' | 'lid'
  /** Media come with a URL. `false`: `hasMedia` with `media: null`. Default true. */
  readonly downloadMedia?: boolean
  /** How long its files can be fetched, seconds; 0: for ever. Default 180, as WAHA's `WHATSAPP_FILES_LIFETIME`. */
  readonly filesLifetime?: number
}

/** A WhatsApp MCP server: `get_chats`, `get_messages` and `send_message`. */
export interface McpOptions {
  /** Bearer token; `null`: none is asked for. Default `emulator-mcp-token`. */
  readonly token?: string | null
  /** Names it among the accounts, for `via`. Default `emulator-mcp`. */
  readonly id?: string
  /** Digits of the business number. Default 15550006666. */
  readonly phone?: string
}

export interface EmulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where webhooks go: the URL of your server, or a `Request → Response` handler. Can be set later with `connect`. */
  readonly webhook?: string | URL | WebhookHandler
  /** Key of `X-Hub-Signature-256`. Default `emulator-app-secret`. */
  readonly appSecret?: string
  /** Token of the GET verification. Default `emulator-verify-token`. */
  readonly verifyToken?: string
  /** Bearer token that the Graph API asks for. Default `emulator-access-token`. */
  readonly accessToken?: string
  /** Default 106540000000001. */
  readonly phoneNumberId?: string
  /** Default 15550009999. */
  readonly displayPhoneNumber?: string
  /** Default 102290000000001. */
  readonly businessAccountId?: string
  /** Further business numbers on the same emulator and token. */
  readonly otherNumbers?: readonly BusinessNumber[]
  /** Who is there from the start; default Alex Rivera, Bo Chen, and Robin Sato, who has no visible phone number. */
  readonly people?: readonly PersonDetails[]
  /** `false`: no status webhooks at all. */
  readonly statuses?: StatusOptions | false
  readonly redelivery?: RedeliveryOptions
  /**
   * `enforce`: a free-form message to somebody who has not written for 24 hours is accepted and then fails with
   * status 131047, as at Meta. Default `ignore`.
   */
  readonly customerWindow?: 'enforce' | 'ignore'
  /** Refuse quotes of, reactions to and read marks on messages that the emulator never saw (131009). Default true. */
  readonly strictMessageIds?: boolean
  readonly model?: ModelOptions
  /** Plays Whapi.cloud beside Meta. Default: not. */
  readonly whapi?: WhapiOptions
  /** Plays WAHA beside Meta. Default: not. */
  readonly waha?: WahaOptions
  /** Plays a WhatsApp MCP server beside Meta. Default: not. */
  readonly mcp?: McpOptions
  /** The clock, in milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number
}
