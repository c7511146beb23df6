import { chatWith, groupChat, type JidChat } from '../jid-chats.js'
import { asString, compact, isObject, type JsonObject } from '../json.js'
import type { PersonRecord } from '../people.js'
import {
  type EchoDetails,
  echoedMessage,
  enterChat,
  millisecondsOf,
  type Said,
  type SayOptions,
  said,
  saidByPerson,
} from '../saying.js'
import { showMessage } from '../show-message.js'
import { newMessageId, type WhapiChannel } from './channel.js'
import { toWhapi, voteId } from './content.js'
import type { WhapiEvent } from './events.js'
import { quoteOf, type Stamp, storedMessage, wireMessage } from './messages.js'
import { messagePosted, tell } from './outgoing.js'

/** A person says or does something, in the emulator's words. */
export async function say(
  channel: WhapiChannel,
  person: PersonRecord,
  message: JsonObject,
  options: SayOptions,
): Promise<Said> {
  const { world } = channel
  channel.webhooks.requireTarget()
  const chat = options.group === undefined ? chatWith(channel, person) : groupChat(channel, options.group)
  enterChat(world, chat, person)
  const stamp: Stamp = {
    ...stampOf(channel, chat, options),
    fromMe: false,
    person,
    source: 'mobile',
    context: options.forwarded ? { forwarded: true, forwarding_score: 1 } : quoteOf(channel, options.quote),
  }
  const events = eventsOf(channel, message, stamp)
  const author = { author: 'person', person: person.key } as const
  show(channel, message, stamp, { ...author, ...compact({ quotedId: options.quote }) })
  return saidByPerson(world, stamp.id, tell(channel, events, 'messages'), options.wait)
}

/** A human of the business writes on the business phone: `from_me` with the source `mobile`. */
export async function echo(channel: WhapiChannel, details: EchoDetails): Promise<Said> {
  const { world } = channel
  channel.webhooks.requireTarget()
  const chat = chatWith(channel, world.people.get(details.to))
  const message = echoedMessage(details)
  const context = quoteOf(channel, details.quote)
  const stamp: Stamp = {
    ...stampOf(channel, chat, details),
    fromMe: true,
    source: 'mobile',
    status: 'sent',
    context,
  }
  const events = eventsOf(channel, message, stamp)
  show(channel, message, stamp, { author: 'phone-app', ...compact({ quotedId: details.quote }) })
  return said(stamp.id, tell(channel, events, 'echoes'), details.wait)
}

function stampOf(
  channel: WhapiChannel,
  chat: JidChat,
  { id, timestamp }: Pick<SayOptions, 'id' | 'timestamp'>,
): Pick<Stamp, 'id' | 'chat' | 'timestamp'> {
  const time = timestamp instanceof Date ? timestamp.getTime() : timestamp
  return { id: id ?? newMessageId(), chat, timestamp: time ?? channel.world.now() }
}

function show(
  channel: WhapiChannel,
  message: JsonObject,
  { id, chat, timestamp }: Stamp,
  by: { author: 'person' | 'phone-app'; person?: string; quotedId?: string },
): void {
  showMessage(channel.world, message, {
    ...by,
    id,
    chat: chat.key,
    provider: 'whapi',
    phoneNumberId: channel.id,
    timestamp: millisecondsOf(timestamp, channel.world.now),
  })
}

/** The events that tell of it. Edits and revocations are told twice: as an action, and as a change of the message. */
function eventsOf(channel: WhapiChannel, message: JsonObject, stamp: Stamp): readonly WhapiEvent[] {
  const type = asString(message.type) ?? 'unknown'
  const content = isObject(message[type]) ? message[type] : {}
  const action = actionOf(type, content)
  if (!action) return [messagePosted(wireMessage(channel, toWhapi(channel, type, message[type]), stamp))]
  const wire = wireMessage(channel, { type: 'action', action }, stamp)
  return [messagePosted(wire), ...changesOf(channel, action, wire, stamp)]
}

function actionOf(type: string, content: JsonObject): JsonObject | undefined {
  switch (type) {
    case 'reaction':
      return { target: content.message_id, type, emoji: content.emoji ?? '' }
    case 'revoke':
      return { target: content.original_message_id, type: 'delete' }
    case 'vote': {
      const options = Array.isArray(content.options) ? content.options.map(String) : []
      return { target: content.message_id, type, votes: options.map(voteId) }
    }
    case 'edit': {
      const edited = isObject(content.message) ? content.message : {}
      const kind = asString(edited.type) ?? 'text'
      const words = { edited_type: kind, edited_content: edited[kind] }
      return { target: content.original_message_id, type: 'edited', ...words }
    }
    default:
      return undefined
  }
}

function changesOf(
  channel: WhapiChannel,
  action: JsonObject,
  trigger: JsonObject,
  { chat }: Stamp,
): readonly WhapiEvent[] {
  const target = asString(action.target) ?? ''
  if (action.type === 'delete')
    return [{ type: 'messages', method: 'delete', name: 'messages_removed', content: [target] }]
  const before = channel.world.chats.get(target)
  if (action.type !== 'edited' || !before) return []
  const old = storedMessage(channel, chat, before)
  const kind = String(action.edited_type)
  const update = {
    id: target,
    trigger,
    before_update: old,
    after_update: { ...old, [kind]: action.edited_content },
    changes: [kind],
  }
  return [{ type: 'messages', method: 'patch', name: 'messages_updates', content: [update] }]
}
