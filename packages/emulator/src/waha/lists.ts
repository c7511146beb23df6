import type { ProviderCall } from '../api/call.js'
import type { ChatMessage } from '../chats.js'
import type { Reply } from '../http/exchange.js'
import type { JsonObject } from '../json.js'
import { chatWith, findChat, groupChat, type WahaChat } from './addresses.js'
import { storedMessage } from './messages.js'
import { requireKnown } from './send.js'
import type { WahaSession } from './session.js'
import { unprocessable } from './waha-error.js'

/** A call that only looks. */
export function info({ name }: WahaSession, look: () => unknown, status = 200): ProviderCall {
  const perform = async (): Promise<Reply> => ({ status, body: look() })
  return { operation: 'info', via: [name, 'waha'], perform }
}

/** `GET /api/{session}/chats/{chatId}/messages`: limit, offset, sortOrder, downloadMedia, filter.… */
export function listMessages(session: WahaSession, chatId: string, query: URLSearchParams): ProviderCall {
  const chat = findChat(session, chatId)
  const limit = numberOf(query, 'limit')
  if (limit === undefined) throw unprocessable('limit is required')
  const offset = numberOf(query, 'offset') ?? 0
  const download = query.get('downloadMedia') === 'true'
  return info(session, () => {
    const found = session.world.chats
      .of(chat.key)
      .filter(message => matches(message, query))
      .sort((one, other) => one.timestamp - other.timestamp)
    if (query.get('sortOrder') !== 'asc') found.reverse()
    return found
      .slice(offset, offset + limit)
      .map(message => storedMessage(session, chat, message, { download }))
  })
}

/** `GET /api/{session}/chats/{chatId}/messages/{messageId}`. */
export function getMessage(session: WahaSession, chatId: string, id: string): ProviderCall {
  const chat = findChat(session, chatId)
  const message = session.world.chats.get(requireKnown(session, id, 'messageId'))
  return info(session, () => (message ? storedMessage(session, chat, message) : null))
}

/** `GET /api/{session}/chats` and `…/overview`: the newest first. */
export function listChats(session: WahaSession, query: URLSearchParams): ProviderCall {
  const { chats, people } = session.world
  const suffix = `@${session.name}`
  const groups = chats.keys().filter(key => chats.isGroup(key) && key.endsWith(suffix))
  const all: readonly WahaChat[] = [
    ...people.all().map(person => chatWith(session, person)),
    ...groups.map(key => groupChat(session, key.slice(0, -suffix.length))),
  ]
  const offset = numberOf(query, 'offset') ?? 0
  return info(session, () =>
    all.flatMap(chat => summaryOf(session, chat)).slice(offset, offset + (numberOf(query, 'limit') ?? 100)),
  )
}

function summaryOf(session: WahaSession, chat: WahaChat): readonly JsonObject[] {
  const last = session.world.chats.of(chat.key).at(-1)
  if (!last) return []
  const name = chat.person?.name ?? 'Emulated group'
  return [{ id: chat.id, name, picture: null, lastMessage: storedMessage(session, chat, last), _chat: {} }]
}

/** `GET /api/{session}/lids`. */
export function listLids(session: WahaSession): ProviderCall {
  return info(session, () => session.world.people.all().map(lidOf))
}

/** `GET /api/{session}/lids/{lid}`: the phone is null when it is not known. */
export function findLid(session: WahaSession, lid: string): ProviderCall {
  const digits = lid.replace(/@lid$/, '')
  const person = session.world.people.find(digits)
  return info(session, () => (person?.lid === digits ? lidOf(person) : { lid: `${digits}@lid`, pn: null }))
}

/** `GET /api/{session}/lids/pn/{phone}`. */
export function findPhone(session: WahaSession, phone: string): ProviderCall {
  const digits = phone.replace(/@c\.us$/, '').replace(/^\+/, '')
  const person = session.world.people.find(digits)
  return info(session, () => (person?.phone === digits ? lidOf(person) : { lid: null, pn: `${digits}@c.us` }))
}

function lidOf({ lid, phone }: { lid: string; phone?: string }): JsonObject {
  return { lid: `${lid}@lid`, pn: phone === undefined ? null : `${phone}@c.us` }
}

function matches(message: ChatMessage, query: URLSearchParams): boolean {
  const seconds = Math.floor(message.timestamp / 1000)
  const fromMe = query.get('filter.fromMe')
  if (fromMe !== null && (message.author !== 'person') !== (fromMe === 'true')) return false
  const [from, to] = [numberOf(query, 'filter.timestamp.gte'), numberOf(query, 'filter.timestamp.lte')]
  return seconds >= (from ?? 0) && seconds <= (to ?? Infinity)
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name)
  if (given === null) return undefined
  if (!/^\d+$/.test(given)) throw unprocessable(`${name} must be a number`)
  return Number(given)
}
