import type { ProviderCall } from '../api/call.js'
import type { ChatMessage } from '../chats.js'
import type { Exchange } from '../http/exchange.js'
import { allChats, type JidChat } from '../jid-chats.js'
import type { JsonObject } from '../json.js'
import { findChat } from './addresses.js'
import type { WhapiChannel } from './channel.js'
import { storedMessage } from './messages.js'
import { WhapiError } from './whapi-error.js'

/** `GET /messages/list/{chat}` and `GET /messages/list`: count, offset, time_from, time_to, from_me, sort. */
export function listMessages(channel: WhapiChannel, { url }: Exchange, chatId: string): ProviderCall {
  const query = url.searchParams
  const { count, offset } = pageOf(query)
  const chats = chatId === '' ? allChats(channel) : [findChat(channel, chatId)]
  const found = chats
    .flatMap(chat => channel.world.chats.of(chat.key).map(message => ({ chat, message })))
    .filter(({ message }) => matches(message, query))
    .sort((one, other) => one.message.timestamp - other.message.timestamp)
  if (query.get('sort') !== 'asc') found.reverse()
  const messages = found
    .slice(offset, offset + count)
    .map(({ chat, message }) => storedMessage(channel, chat, message))
  const body = {
    messages,
    count: messages.length,
    total: found.length,
    offset,
    first: offset,
    last: offset + messages.length,
  }
  return { operation: 'info', via: [channel.id, 'whapi'], perform: async () => ({ status: 200, body }) }
}

/** `GET /chats`. */
export function listChats(channel: WhapiChannel, { url }: Exchange): ProviderCall {
  const { count, offset } = pageOf(url.searchParams)
  const all = allChats(channel).filter(({ key }) => channel.world.chats.of(key).length > 0)
  const chats = all.slice(offset, offset + count).map(chat => chatSummary(channel, chat))
  const body = { chats, count: chats.length, total: all.length, offset }
  return { operation: 'info', via: [channel.id, 'whapi'], perform: async () => ({ status: 200, body }) }
}

function chatSummary(channel: WhapiChannel, chat: JidChat): JsonObject {
  const last = channel.world.chats.of(chat.key).at(-1)
  return {
    id: chat.id,
    type: chat.person ? 'contact' : 'group',
    name: chat.person?.name ?? 'Emulated group',
    ...(last && {
      timestamp: Math.floor(last.timestamp / 1000),
      last_message: storedMessage(channel, chat, last),
    }),
  }
}

function matches(message: ChatMessage, query: URLSearchParams): boolean {
  const seconds = Math.floor(message.timestamp / 1000)
  const fromMe = query.get('from_me')
  if (fromMe !== null && (message.author !== 'person') !== (fromMe === 'true')) return false
  return seconds >= numberOf(query, 'time_from', 0) && seconds <= numberOf(query, 'time_to', Infinity)
}

function pageOf(query: URLSearchParams): { count: number; offset: number } {
  const count = numberOf(query, 'count', 100)
  if (count < 1 || count > 500) throw new WhapiError(400, 'count must be from 1 to 500')
  return { count, offset: numberOf(query, 'offset', 0) }
}

function numberOf(query: URLSearchParams, name: string, fallback: number): number {
  const given = query.get(name)
  if (given === null) return fallback
  if (!/^\d+$/.test(given)) throw new WhapiError(400, `${name} must be a number`)
  return Number(given)
}
