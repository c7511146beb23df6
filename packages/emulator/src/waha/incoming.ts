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
import {
  chatWith,
  fullIdOf,
  groupChat,
  newStanzaId,
  ownParticipant,
  participantOf,
  stanzaOf,
  type WahaChat,
} from './addresses.js'
import { head, type Stamp, storedMessage, wireMessage } from './messages.js'
import { tell } from './outgoing.js'
import type { WahaEvent, WahaSession } from './session.js'

/** A person says or does something, in the emulator's words. */
export async function say(
  session: WahaSession,
  person: PersonRecord,
  message: JsonObject,
  options: SayOptions,
): Promise<Said> {
  const { world } = session
  session.webhooks.requireTarget()
  const chat = options.group === undefined ? chatWith(session, person) : groupChat(session, options.group)
  enterChat(world, chat, person)
  const participant = participantOf(session, person)
  const stamp: Stamp = {
    ...stampOf(session, chat, { ...options, fromMe: false, participant }),
    fromMe: false,
    person,
  }
  const events = eventsOf(session, message, stamp)
  show(session, message, stamp, { author: 'person', person: person.key })
  return saidByPerson(world, stamp.id, tell(session, events, 'messages'), options.wait)
}

/** A human of the business writes on the business phone: `fromMe` with the source `app`, in `message.any` alone. */
export async function echo(session: WahaSession, details: EchoDetails): Promise<Said> {
  session.webhooks.requireTarget()
  const chat = chatWith(session, session.world.people.get(details.to))
  const message = echoedMessage(details)
  const fromMe = true
  const stamp: Stamp = {
    ...stampOf(session, chat, { ...details, fromMe, participant: ownParticipant(session) }),
    fromMe,
  }
  const events = eventsOf(session, message, stamp)
  show(session, message, stamp, { author: 'phone-app' })
  return said(stamp.id, tell(session, events, 'echoes'), details.wait)
}

function stampOf(
  session: WahaSession,
  chat: WahaChat,
  options: Pick<SayOptions, 'id' | 'timestamp' | 'quote'> & { fromMe: boolean; participant: string },
): Pick<Stamp, 'id' | 'chat' | 'timestamp' | 'quotedId' | 'source'> {
  const { fromMe, participant, timestamp } = options
  const stanza = options.id === undefined ? newStanzaId() : stanzaOf(options.id)
  const id = fullIdOf(session, { fromMe, chat, stanza, participant })
  const time = timestamp instanceof Date ? timestamp.getTime() : timestamp
  return { id, chat, timestamp: time ?? session.world.now(), quotedId: options.quote, source: 'app' }
}

function show(
  session: WahaSession,
  message: JsonObject,
  { id, chat, timestamp, quotedId }: Stamp,
  by: { author: 'person' | 'phone-app'; person?: string },
): void {
  showMessage(session.world, message, {
    ...by,
    ...compact({ quotedId }),
    id,
    chat: chat.key,
    provider: 'waha',
    phoneNumberId: session.name,
    timestamp: millisecondsOf(timestamp, session.world.now),
  })
}

function eventsOf(session: WahaSession, message: JsonObject, stamp: Stamp): readonly WahaEvent[] {
  const type = asString(message.type) ?? 'unknown'
  const content = isObject(message[type]) ? message[type] : {}
  const change = changeEvent(session, type, content, stamp)
  if (change) return [change]
  const payload = wireMessage(session, type, message[type], stamp)
  const any = { event: 'message.any', payload }
  return stamp.fromMe ? [any] : [{ event: 'message', payload }, any]
}

function changeEvent(
  session: WahaSession,
  type: string,
  content: JsonObject,
  stamp: Stamp,
): WahaEvent | undefined {
  const target = asString(content.original_message_id) ?? asString(content.message_id) ?? ''
  switch (type) {
    case 'reaction': {
      const reaction = { text: asString(content.emoji) ?? '', messageId: target }
      return { event: 'message.reaction', payload: { ...head(session, stamp), _data: {}, reaction } }
    }
    case 'edit': {
      const edited = isObject(content.message) ? content.message : {}
      const kind = asString(edited.type) ?? 'text'
      const payload = wireMessage(session, kind, edited[kind], stamp)
      return { event: 'message.edited', payload: { ...payload, editedMessageId: stanzaOf(target) } }
    }
    case 'revoke': {
      const after = wireMessage(session, 'revoked', {}, stamp)
      const before = session.engine === 'WEBJS' ? beforeOf(session, target, stamp) : null
      return {
        event: 'message.revoked',
        payload: { after, before, revokedMessageId: stanzaOf(target), _data: {} },
      }
    }
    case 'vote':
      return { event: 'poll.vote', payload: voteOf(target, content, stamp) }
    default:
      return undefined
  }
}

// Only the engine with a browser remembers what was there.
function beforeOf(session: WahaSession, target: string, { chat }: Stamp): JsonObject | null {
  const message = session.world.chats.get(target)
  return message ? storedMessage(session, chat, message) : null
}

function voteOf(target: string, { options }: JsonObject, { id, chat, fromMe, timestamp }: Stamp): JsonObject {
  const seconds = typeof timestamp === 'number' ? Math.floor(timestamp / 1000) : timestamp
  const selectedOptions = Array.isArray(options) ? options : []
  return {
    vote: { id, to: 'me', from: chat.id, fromMe, selectedOptions, timestamp: seconds },
    poll: { id: target, to: chat.id, from: 'me', fromMe: true },
  }
}
