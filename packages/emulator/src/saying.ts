import type { JsonObject } from './json.js'
import type { PersonRecord } from './people.js'
import type { Delivery } from './webhooks/redeliver.js'
import type { World } from './world.js'

/** How a person says something. */
export interface SayOptions {
  /** The message's id in the provider's shape; default a new one. Give the same twice to play a redelivery. */
  readonly id?: string
  /** When it was written; a string goes out as it is (Meta: seconds). Default now. */
  readonly timestamp?: Date | string
  /** Id of the message that it replies to. */
  readonly quote?: string
  readonly forwarded?: boolean
  /** Id of a group to say it in; whoever writes to a group is a member. */
  readonly group?: string
  /** The account written to: `whapi`, `waha`, `mcp`, or the id of an account (`phoneNumberId`). Default Meta's first number. */
  readonly via?: string
  /** Default true: resolve once the webhook was answered with 200, or given up. At once where nothing is pushed. */
  readonly wait?: boolean
}

/** What became of something said. */
export interface Said extends Delivery {
  /** The provider's id of the message: a wamid at Meta. */
  readonly id: string
}

/** Something a human of the business wrote on the business phone. */
export interface EchoDetails {
  /** Name, key, phone or BSUID of the person it went to. */
  readonly to: string
  readonly text?: string
  /** Instead of a text, any message in Meta's shape: `{ type: 'image', image: { … } }`. */
  readonly message?: JsonObject & { type: string }
  readonly id?: string
  readonly timestamp?: Date
  /** Id of the message it replies to. */
  readonly quote?: string
  /** The account whose phone it is; as in `SayOptions`. */
  readonly via?: string
  /** Default true: resolve once the webhook was answered with 200, or given up. */
  readonly wait?: boolean
}

/** Waits for the webhook unless told otherwise. */
export async function said(id: string, work: Promise<Delivery>, wait: boolean | undefined): Promise<Said> {
  if (wait === false) return { id, delivered: false, deliveries: [] }
  return { id, ...(await work) }
}

/** What a person said: once its webhook was answered with 200 it has its second tick. Waits as `said` does. */
export function saidByPerson(
  world: World,
  id: string,
  delivering: Promise<Delivery>,
  wait: boolean | undefined,
): Promise<Said> {
  const work = delivering.then(delivery => {
    if (delivery.delivered) world.chats.tick(id, 'delivered')
    return delivery
  })
  return said(id, world.office.track(work), wait)
}

/** Whoever writes to a group is a member of it. */
export function enterChat(
  world: World,
  chat: { readonly key: string; readonly person?: PersonRecord },
  person: PersonRecord,
): void {
  if (!chat.person) world.chats.join(chat.key, person.key)
  person.lastWroteAt = world.now()
}

/** What a human of the business wrote, in Meta's shape. */
export function echoedMessage({ message, text }: EchoDetails): JsonObject {
  return message ?? { type: 'text', text: { body: text ?? '' } }
}

/** The time of a stamp: milliseconds, or seconds as text, which may be anything. */
export function millisecondsOf(timestamp: number | string, now: () => number): number {
  if (typeof timestamp === 'number') return timestamp
  return Number(timestamp) * 1000 || now()
}
