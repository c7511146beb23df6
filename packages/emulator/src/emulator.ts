import type { Status } from './account.js'
import type { ChatMessage } from './chats.js'
import type { Faults } from './faults/fault-script.js'
import type { HistoryDetails } from './graph/webhooks/business-phone.js'
import type { Verification } from './graph/webhooks/verify.js'
import type { Ledger, Refusal } from './ledger.js'
import type { McpAccount } from './mcp/provider.js'
import type { Model } from './model/model-script.js'
import type { BusinessNumber, EmulatorOptions, StatusOptions } from './options.js'
import type { PersonDetails } from './people.js'
import type { Person } from './person.js'
import type { EchoDetails, Said } from './saying.js'
import type { WahaAccount } from './waha/provider.js'
import type { Delivery, RecordedAttempt } from './webhooks/redeliver.js'
import type { DeliverOptions } from './webhooks/webhooks.js'
import type { WhapiAccount } from './whapi/provider.js'

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, the base URL of the Graph API, of Whapi and of WAHA. */
  readonly url: string
  /** For OpenAI's clients: `{url}/v1`. */
  readonly modelUrl: string
  /** For Groq's client, which adds `/openai/v1` itself. */
  readonly groqUrl: string
  /** The phone in the browser. */
  readonly phoneUrl: string
  /** What a bot must be configured with. */
  readonly account: EmulatorAccount
  /** The Whapi channel. Throws an EmulatorError when it was not asked for with the option `whapi`. */
  readonly whapi: WhapiAccount
  /** The WAHA session. Throws an EmulatorError when it was not asked for with the option `waha`. */
  readonly waha: WahaAccount
  /** The MCP server. Throws an EmulatorError when it was not asked for with the option `mcp`. */
  readonly mcp: McpAccount

  /** A person by name, key, phone or BSUID; without an argument the first. Throws when there is nobody. */
  person(selector?: string): Person
  /** Everybody, in the order in which they came. */
  readonly people: readonly Person[]
  /** Adds somebody; without `phone` they get a number, with `null` they show none. */
  addPerson(details: PersonDetails): Person

  /** All that came in. */
  readonly ledger: Ledger
  /** Requests that the provider would refuse, with the reason: empty at the end of a good test. */
  readonly refusals: readonly Refusal[]
  /** What goes wrong on purpose: `faults.add({ kind: 'rate-limit', retryAfter: 1 })`. */
  readonly faults: Faults
  /** What the model API answers, and what it was asked. */
  readonly model: Model

  /** Sets where webhooks go: a URL, or a `Request → Response` handler. */
  connect(webhook: NonNullable<EmulatorOptions['webhook']>): void
  /** Plays Meta's GET verification against the webhook; default with the configured verify token. */
  verifyWebhook(token?: string): Promise<Verification>
  /** A human of the business writes on the business phone (`smb_message_echoes`). */
  echo(details: EchoDetails): Promise<Said>
  /** A `history` webhook with older messages. */
  history(details: HistoryDetails): Promise<Delivery & { readonly ids: readonly string[] }>
  /** A `history` webhook that says the business does not share it. */
  declineHistory(): Promise<Delivery>
  /** Posts any body as a signed webhook, once; what it says shows on the phone. */
  deliver(body: unknown, options?: DeliverOptions): Promise<Delivery>
  /** Sends one status by hand; `code` is the error of `failed`, default 131026. */
  status(wamid: string, status: Status, options?: { code?: number }): Promise<Delivery | undefined>
  /** Changes when statuses are sent, or with `false` that they are. */
  configureStatuses(statuses: StatusOptions | false): void
  /** How webhooks to the bot went, of all providers. */
  readonly webhooks: {
    /** Every attempt to deliver a webhook. */
    readonly attempts: readonly RecordedAttempt[]
    /** Resolves once no webhook, redelivery or status is on its way. */
    settled(): Promise<void>
  }
  /** A message on the phone by its id, with its ticks. */
  message(id: string): ChatMessage | undefined

  /** Forgets messages, ledger, faults and scripts, and starts over with the first people. The webhook stays. */
  reset(): void
  /** Cuts all connections and frees the port; nothing is left running. */
  close(): Promise<void>
}

export interface EmulatorAccount extends BusinessNumber {
  /** Bearer token that the Graph API asks for. */
  readonly accessToken: string
  /** Key of the webhooks' `X-Hub-Signature-256`. */
  readonly appSecret: string
  /** Of the webhook's GET verification. */
  readonly verifyToken: string
}
