import type { ApiDialect } from './api/dialect.js'
import { EmulatorError } from './errors.js'
import type { JsonObject } from './json.js'
import type { SentMessage } from './ledger.js'
import type { EmulatorOptions, WebhookHandler } from './options.js'
import type { PersonRecord } from './people.js'
import type { EchoDetails, Said, SayOptions } from './saying.js'
import type { Delivery } from './webhooks/redeliver.js'
import type { DeliverOptions } from './webhooks/webhooks.js'

export type ProviderName = 'meta' | 'whapi' | 'waha' | 'mcp'

/** The four things that a receipt can say, whatever the provider calls them. */
export type Status = 'sent' | 'delivered' | 'read' | 'failed'

/**
 * One business account: a number at Meta, a channel at Whapi, a session of WAHA, an MCP server. What people and operators do reaches the
 * bot through it, in the provider's shapes.
 */
export interface Account {
  readonly provider: ProviderName
  /** Phone number id, channel id, session name or the chosen id of an MCP server. Unique among all accounts. */
  readonly id: string
  /** Digits. */
  readonly phone: string
  /** Where its webhooks go at present. */
  webhook(): URL | WebhookHandler | undefined
  connect(webhook: NonNullable<EmulatorOptions['webhook']>): void
  /** Key of the chat that a person, or a group, has with this account. */
  chatKey(personOrGroup: string): string
  /** A person says or does something: `{ type, [type]: … }` in the emulator's own words, which are Meta's. */
  say(person: PersonRecord, message: JsonObject, options: SayOptions): Promise<Said>
  /** A human of the business writes on the business phone. */
  echo(details: EchoDetails): Promise<Said>
  /** Reports a status of messages that this account sent; undefined when nobody listens. */
  report(messages: readonly SentMessage[], status: Status, code?: number): Promise<Delivery | undefined>
  /** Posts any body as a webhook. */
  deliver(body: unknown, options?: DeliverOptions): Promise<Delivery>
}

/** Everything of one provider: its accounts and the API through which bots use them. */
export interface Provider {
  readonly name: ProviderName
  readonly accounts: readonly Account[]
  readonly api: ApiDialect
  /** How its webhooks went, in a sentence. */
  describe(): string
  reset(): void
  close(): void
}

/** The account with this id, or the first of this provider; without a selector the first of all. */
export function accountOf(providers: readonly Provider[], selector: string | undefined): Account {
  const accounts = providers.flatMap(provider => provider.accounts)
  const account =
    selector === undefined
      ? accounts[0]
      : (accounts.find(each => each.id === selector) ?? accounts.find(each => each.provider === selector))
  if (account) return account
  const known = accounts.map(each => `${each.id} (${each.provider})`).join(', ')
  throw new EmulatorError(
    'invalid-option',
    `No business account has the id "${selector}"; there is ${known}.`,
  )
}
