import { EmulatorError } from '../errors.js'
import { compact, type JsonObject } from '../json.js'
import type { BusinessNumber } from '../options.js'
import type { PersonRecord } from '../people.js'
import type { World } from '../world.js'
import { observeValue } from './observe.js'
import type { Delivery } from './redeliver.js'
import { contactOf, messagesChange, wireTime } from './values.js'
import type { Change } from './wire.js'

/** How a person says something. */
export interface SayOptions {
  /** The wamid; default a new one. Give the same twice to play a redelivery. */
  readonly id?: string
  /** When it was written; a string goes out as it is (Meta: seconds). Default now. */
  readonly timestamp?: Date | string
  /** Id of the message that it replies to. */
  readonly quote?: string
  readonly forwarded?: boolean
  /** Id of a group to say it in; whoever writes to a group is a member. */
  readonly group?: string
  /** `phoneNumberId` of the business number written to; default the first. */
  readonly via?: string
  /** Default true: resolve once the webhook was answered with 200, or given up. */
  readonly wait?: boolean
}

/** What became of something said. */
export interface Said extends Delivery {
  /** The wamid. */
  readonly id: string
}

/** Sends `{ type, [type]: … }` from a person as a webhook, and shows it on the phone. */
export async function say(
  world: World,
  person: PersonRecord,
  message: JsonObject,
  options: SayOptions = {},
): Promise<Said> {
  const number = numberFor(world, options.via)
  const id = options.id ?? world.ids.message(person.phone ?? person.userId ?? '')
  const time = options.timestamp ?? new Date(world.now())
  const wire = compact({
    context: contextOf(world, number, options),
    from: person.phone,
    from_user_id: person.userId,
    from_parent_user_id: person.parentUserId,
    id,
    timestamp: typeof time === 'string' ? time : wireTime(time.getTime()),
    group_id: options.group,
    ...message,
  })
  const change = messagesChange(number, { contacts: [contactOf(person)], messages: [wire] })
  world.webhooks.requireTarget()
  observeValue(world, change.value)
  const done = world.webhooks.track(deliver(world, change, id))
  if (options.wait === false) return { id, delivered: false, deliveries: [] }
  return { id, ...(await done) }
}

async function deliver(world: World, change: Change, id: string): Promise<Delivery> {
  const delivery = await world.webhooks.publish(change, 'messages')
  if (delivery.delivered) world.chats.tick(id, 'delivered')
  return delivery
}

/** The business number with this id, or the first. Throws an EmulatorError for an unknown id. */
export function numberFor(world: World, phoneNumberId: string | undefined): BusinessNumber {
  const { numbers } = world.settings
  if (phoneNumberId === undefined) return numbers[0]
  const number = numbers.find(each => each.phoneNumberId === phoneNumberId)
  if (number) return number
  const known = numbers.map(each => each.phoneNumberId).join(', ')
  throw new EmulatorError(
    'invalid-option',
    `No business number has the id "${phoneNumberId}"; there is ${known}.`,
  )
}

function contextOf(
  world: World,
  number: BusinessNumber,
  { quote, forwarded }: SayOptions,
): JsonObject | undefined {
  if (forwarded) return { forwarded: true }
  if (quote === undefined) return undefined
  const quoted = world.chats.get(quote)
  const author =
    quoted?.author === 'person' ? world.people.find(quoted.person ?? '')?.phone : number.displayPhoneNumber
  return compact({ from: author, id: quote })
}
