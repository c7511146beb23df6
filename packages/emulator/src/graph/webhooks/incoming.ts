import { EmulatorError } from '../../errors.js'
import { compact, isObject, type JsonObject } from '../../json.js'
import type { BusinessNumber } from '../../options.js'
import type { PersonRecord } from '../../people.js'
import { type Said, type SayOptions, saidByPerson } from '../../saying.js'
import type { World } from '../../world.js'
import { linkOf } from '../media-links.js'
import { observeValue } from './observe.js'
import { contactOf, messagesChange, wireTime } from './values.js'

/** Sends `{ type, [type]: … }` from a person as a webhook, and shows it on the phone. */
export async function say(
  world: World,
  person: PersonRecord,
  message: JsonObject,
  options: SayOptions = {},
): Promise<Said> {
  if (message.type === 'vote')
    throw new EmulatorError('invalid-request', 'There are no polls at Meta: vote via whapi or waha.')
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
    ...withLink(world, message),
  })
  const change = messagesChange(number, { contacts: [contactOf(person)], messages: [wire] })
  world.meta.requireTarget()
  observeValue(world, change.value)
  return saidByPerson(world, id, world.meta.publish(change, 'messages'), options.wait)
}

/** The business number with this id, or the first. Throws an EmulatorError for an unknown id. */
export function numberFor(world: World, phoneNumberId: string | undefined): BusinessNumber {
  const { numbers } = world.settings
  if (phoneNumberId === undefined || phoneNumberId === 'meta') return numbers[0]
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

/** Media carry a link of their own in webhooks. */
function withLink(world: World, message: JsonObject): JsonObject {
  const type = String(message.type)
  const content = message[type]
  const file = isObject(content) && content.url === undefined && world.media.get(String(content.id))
  return file
    ? { ...message, [type]: { ...(content as JsonObject), url: linkOf(world, file, { source: 'webhook' }) } }
    : message
}
