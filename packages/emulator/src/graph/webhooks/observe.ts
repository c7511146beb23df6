import { asObjects, asString, compact, isObject, type JsonObject, parseJson } from '../../json.js'
import type { PersonRecord } from '../../people.js'
import { type MessagePlace, showMessage } from '../../show-message.js'
import type { World } from '../../world.js'
import { metaChatKey } from '../chat-key.js'

/**
 * Keeps the phone's picture true to what goes out as a webhook, whoever made it: people who were not known yet are
 * added, messages appear in their chats, and edits, reactions and echoes show.
 */
export function observeBody(world: World, body: unknown): void {
  const parsed = typeof body === 'string' || body instanceof Uint8Array ? parseJson(textOf(body)) : body
  if (!isObject(parsed)) return
  for (const entry of asObjects(parsed.entry))
    for (const change of asObjects(entry.changes))
      if (isObject(change.value)) observeValue(world, change.value)
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
}

export function observeValue(world: World, value: JsonObject): void {
  const contacts = asObjects(value.contacts)
  const number = isObject(value.metadata) ? asString(value.metadata.phone_number_id) : undefined
  const phoneNumberId = number ?? world.settings.numbers[0].phoneNumberId
  for (const message of asObjects(value.messages)) observeMessage(world, message, contacts, phoneNumberId)
  for (const echo of asObjects(value.message_echoes)) observeEcho(world, echo, contacts, phoneNumberId)
}

function observeMessage(
  world: World,
  message: JsonObject,
  contacts: JsonObject[],
  phoneNumberId: string,
): void {
  const person = personOf(world, asString(message.from), asString(message.from_user_id), contacts)
  if (!person || message.type === 'system') return
  person.lastWroteAt = world.now()
  const group = asString(message.group_id)
  const chat = metaChatKey(world.settings, phoneNumberId, group ?? person.key)
  if (group !== undefined) world.chats.join(chat, person.key)
  show(world, message, {
    chat,
    author: 'person',
    person: person.key,
    phoneNumberId,
  })
}

function observeEcho(world: World, echo: JsonObject, contacts: JsonObject[], phoneNumberId: string): void {
  const person = personOf(world, asString(echo.to), asString(echo.to_user_id), contacts)
  if (!person) return
  const chat = metaChatKey(world.settings, phoneNumberId, person.key)
  show(world, echo, { chat, author: 'phone-app', phoneNumberId })
}

function show(
  world: World,
  message: JsonObject,
  place: Pick<MessagePlace, 'chat' | 'author' | 'person' | 'phoneNumberId'>,
): void {
  const id = asString(message.id)
  if (id === undefined) return
  const seconds = Number(message.timestamp)
  const timestamp = Number.isFinite(seconds) ? seconds * 1000 : world.now()
  const quotedId = isObject(message.context) ? asString(message.context.id) : undefined
  showMessage(world, message, { ...place, ...compact({ quotedId }), provider: 'meta', id, timestamp })
}

function personOf(
  world: World,
  phone: string | undefined,
  userId: string | undefined,
  contacts: JsonObject[],
): PersonRecord | undefined {
  const known = (userId && world.people.find(userId)) || (phone && world.people.find(phone))
  if (known) return known
  if (phone === undefined && userId === undefined) return undefined
  const contact = contacts.find(each => (userId ? each.user_id === userId : each.wa_id === phone))
  const profile = isObject(contact?.profile) ? contact.profile : {}
  const name = asString(profile.name) ?? (phone === undefined ? userId : `+${phone}`) ?? ''
  const username = asString(profile.username)
  return world.people.add({
    name,
    phone: phone ?? null,
    userId: userId ?? null,
    ...(username !== undefined && { username }),
  })
}
