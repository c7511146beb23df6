import type { ProviderCall } from '../api/call.js'
import type { Exchange } from '../http/exchange.js'
import { asString, type JsonObject } from '../json.js'
import { showTyping } from '../typing.js'
import { findChat, newStanzaId, type WahaChat } from './addresses.js'
import { BODIES } from './bodies.js'
import { readBody } from './request.js'
import { record, requireKnown, requireOwn } from './send.js'
import type { WahaSession } from './session.js'
import { WahaError } from './waha-error.js'

const TYPING_MS = 25_000

/** `PUT /api/reaction`; an empty one takes it back. */
export function readReaction(session: WahaSession, body: JsonObject): ProviderCall {
  const target = requireKnown(session, String(body.messageId), 'messageId')
  const emoji = String(body.reaction)
  return change(session, target, { type: 'reaction', text: emoji, body }, 200, () =>
    session.world.chats.react(target, 'business', emoji),
  )
}

/** `PUT /api/{session}/chats/{chatId}/messages/{messageId}`. */
export function readEdit(session: WahaSession, exchange: Exchange, id: string): ProviderCall {
  const body = readBody(exchange, BODIES.edit)
  const target = requireOwn(session, id)
  const text = String(body.text)
  return change(session, target, { type: 'edit', text, body }, 200, () =>
    session.world.chats.edit(target, { body: text }, text),
  )
}

/** `DELETE /api/{session}/chats/{chatId}/messages/{messageId}`: for everybody. */
export function readRevoke(session: WahaSession, id: string): ProviderCall {
  const target = requireOwn(session, id)
  return change(session, target, { type: 'revoke', text: undefined, body: {} }, 200, () =>
    session.world.chats.revoke(target),
  )
}

function change(
  session: WahaSession,
  target: string,
  what: { type: string; text: string | undefined; body: JsonObject },
  status: number,
  apply: () => void,
): ProviderCall {
  const chat = chatOfMessage(session, target)
  return {
    operation: 'message',
    via: [session.name, 'waha'],
    to: chat.id,
    type: what.type,
    ...(what.text !== undefined && { text: what.text }),
    body: what.body,
    perform: async sequence => {
      apply()
      record(session, { id: `true_${chat.id}_${newStanzaId()}`, chat, sequence, ...what })
      return { status, body: {} }
    },
  }
}

function chatOfMessage(session: WahaSession, fullId: string): WahaChat {
  const chatId = fullId.split('_')[1]
  if (chatId === undefined) throw new WahaError(422, `${fullId} is no message id`)
  return findChat(session, chatId)
}

/** `POST /api/sendSeen`: the messages named, or all of the chat. */
export function readSeen(session: WahaSession, body: JsonObject): ProviderCall {
  const { world } = session
  const chat = findChat(session, String(body.chatId))
  const named = Array.isArray(body.messageIds) ? body.messageIds.map(String) : []
  const single = asString(body.messageId)
  const ids = [...named, ...(single === undefined ? [] : [single])].map(id =>
    requireKnown(session, id, 'messageIds'),
  )
  return {
    operation: 'read',
    via: [session.name, 'waha'],
    to: chat.id,
    body,
    perform: async sequence => {
      const last = world.chats.of(chat.key).findLast(message => message.author === 'person')
      const seen = ids.length > 0 ? ids : last ? [last.id] : []
      for (const messageId of seen) {
        world.ledger.addRead({ messageId, provider: 'waha', typing: false, at: world.now(), sequence })
        world.chats.readUpTo(messageId)
      }
      return { status: 201, body: {} }
    },
  }
}

/** `POST /api/startTyping`, `…/stopTyping` and `/api/{session}/presence`. */
export function readTyping(session: WahaSession, body: JsonObject, typing: boolean): ProviderCall {
  const { world } = session
  const chat = findChat(session, String(body.chatId))
  return {
    operation: 'read',
    via: [session.name, 'waha'],
    to: chat.id,
    body,
    perform: async sequence => {
      if (typing) {
        world.ledger.addRead({ provider: 'waha', typing: true, at: world.now(), sequence })
        showTyping(world, chat.key, TYPING_MS)
      } else world.chats.typing(chat.key, 0)
      return { status: 201, body: {} }
    },
  }
}
