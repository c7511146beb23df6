import type { GenerateId } from '../ports/index.js'
import type {
  Chat,
  Identity,
  InboundMessage,
  Person,
  ReceiptStatus,
  StatusEvent,
} from '../vocabulary/index.js'

/** The person who writes when a test names none: a number that the numbering plan keeps for fiction. */
const somebody = '+12025550100'

export interface FakeMessageOptions {
  /** E.164, or the whole person. Default one and the same person, `+12025550100`. */
  readonly from?: string | Person
  /** The provider's id. Default the next of `<channel>-in-1`, `<channel>-in-2`, … */
  readonly id?: string
  /** Name of a phone's owner. */
  readonly name?: string
  /** Id of the group that it was written in. */
  readonly group?: string
  /** Provider id of the message that it quotes. */
  readonly quotedId?: string
  /** That message is the account's own. */
  readonly quotesUs?: boolean
  /** Whom it mentions. */
  readonly mentions?: readonly Identity[]
  /** Epoch milliseconds. Default the clock's time, if the channel has one. */
  readonly sentAt?: number
}

export interface FakeEchoOptions extends Omit<FakeMessageOptions, 'from' | 'name' | 'group'> {
  /** Whom the operator wrote to. Default the same person that writes by default. */
  readonly to?: string | Person
}

/** Where events of one fake channel come from. */
export interface FakeOrigin {
  readonly channel: string
  readonly account: string
  readonly generateId: GenerateId
  now(): number | undefined
}

/** A customer's text message. */
export function customerText(origin: FakeOrigin, text: string, options: FakeMessageOptions): InboundMessage {
  const person = personOf(options.from ?? somebody, options.name)
  const chat: Chat =
    options.group === undefined ? { kind: 'direct', person } : { kind: 'group', id: options.group }
  return { ...line(origin, text, options), chat, author: 'customer', sender: person }
}

/** A text that a person of the business wrote on the phone. */
export function operatorText(origin: FakeOrigin, text: string, options: FakeEchoOptions): InboundMessage {
  const person = personOf(options.to ?? somebody)
  return { ...line(origin, text, options), chat: { kind: 'direct', person }, author: 'operator' }
}

/** A receipt for a message that the provider took. */
export function receipt(
  origin: FakeOrigin,
  status: ReceiptStatus,
  message: { readonly providerId: string; readonly id?: string },
  error?: StatusEvent['error'],
): StatusEvent {
  const at = origin.now()
  return {
    type: 'status',
    channel: origin.channel,
    account: origin.account,
    providerId: message.providerId,
    status,
    ...(message.id !== undefined && { outboundId: message.id }),
    ...(at !== undefined && { at }),
    ...(error && { error }),
  }
}

function line(origin: FakeOrigin, text: string, options: FakeMessageOptions) {
  const sentAt = options.sentAt ?? origin.now()
  return {
    type: 'message',
    channel: origin.channel,
    account: origin.account,
    providerId: options.id ?? origin.generateId(),
    content: { type: 'text', text },
    ...(sentAt !== undefined && { sentAt }),
    ...(options.quotedId !== undefined && { quotedId: options.quotedId }),
    ...(options.quotesUs !== undefined && { quotesUs: options.quotesUs }),
    ...(options.mentions && { mentions: options.mentions }),
  } as const
}

function personOf(from: string | Person, name?: string): Person {
  if (typeof from !== 'string') return from
  return { identities: [{ kind: 'phone', value: from }], ...(name !== undefined && { name }) }
}
