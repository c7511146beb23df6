import type { ProviderCall } from '../api/call.js'
import type { ApiDialect } from '../api/dialect.js'
import type { Exchange, Reply } from '../http/exchange.js'
import { decodePart } from '../http/path.js'
import { chatWith } from '../jid-chats.js'
import { asString } from '../json.js'
import { showTyping } from '../typing.js'
import { findChat } from './addresses.js'
import { PRESENCE, REACTION, SETTINGS } from './bodies.js'
import type { WhapiChannel } from './channel.js'
import { listChats, listMessages } from './lists.js'
import { mediaCall, readUpload } from './media.js'
import { storedMessage } from './messages.js'
import { healthOf } from './outgoing.js'
import { readBody } from './request.js'
import { readSend, recordChange, requireKnown } from './send.js'
import { patchSettings, settingsOf } from './settings.js'
import { refuse, scripted, WhapiError } from './whapi-error.js'

const TYPING_MS = 25_000
const AREAS = ['messages', 'presences', 'media', 'chats', 'contacts', 'health', 'settings', 'whapi-files']

/** What a route gets: the names in its path, decoded. */
type Handler = (channel: WhapiChannel, exchange: Exchange, id: string) => ProviderCall | Promise<ProviderCall>

const ROUTES: readonly (readonly [method: string, pattern: RegExp, handle: Handler])[] = [
  ['GET', /^\/messages\/list(?:\/([^/]+))?$/, listMessages],
  ['POST', /^\/messages\/([a-z_]+)$/, readSend],
  ['GET', /^\/messages\/([^/]+)$/, getMessage],
  ['PUT', /^\/messages\/([^/]+)$/, markRead],
  ['DELETE', /^\/messages\/([^/]+)$/, deleteMessage],
  ['PUT', /^\/messages\/([^/]+)\/reaction$/, react],
  ['DELETE', /^\/messages\/([^/]+)\/reaction$/, (channel, _, id) => reaction(channel, id, '')],
  ['PUT', /^\/presences\/([^/]+)$/, setPresence],
  ['POST', /^\/media$/, readUpload],
  ['GET', /^\/media\/([^/]+)$/, (channel, { method }, id) => mediaCall(channel, method, id)],
  ['DELETE', /^\/media\/([^/]+)$/, (channel, { method }, id) => mediaCall(channel, method, id)],
  ['GET', /^\/chats$/, listChats],
  ['GET', /^\/contacts\/lids\/([^/]+)$/, findLid],
  ['GET', /^\/health$/, channel => info(channel, async () => ok(healthOf(channel)))],
  ['GET', /^\/settings$/, channel => info(channel, async () => ok(settingsOf(channel)))],
  ['PATCH', /^\/settings$/, changeSettings],
]

/** Whapi's gate: one token is one number. */
export function whapiApi(channel: WhapiChannel): ApiDialect {
  return {
    takes: ({ url, headers }) =>
      AREAS.includes(url.pathname.split('/')[1] ?? '') && headers['x-api-key'] === undefined,
    read: exchange => readCall(channel, exchange),
    refuse,
    scripted,
  }
}

async function readCall(channel: WhapiChannel, exchange: Exchange): Promise<ProviderCall> {
  const { pathname } = exchange.url
  // Links need no token: they are signed URLs of a storage service.
  const link = /^\/whapi-files\/([^/]+)$/.exec(pathname)?.[1]
  if (link !== undefined && exchange.method === 'GET') return mediaCall(channel, 'GET', decode(link))
  authorize(channel, exchange)
  for (const [method, pattern, handle] of ROUTES) {
    const match = method === exchange.method ? pattern.exec(pathname) : null
    if (!match) continue
    if (channel.health !== 'AUTH' && !/^\/(health|settings|media)/.test(pathname)) throw new WhapiError(401)
    return handle(channel, exchange, decode(match[1] ?? ''))
  }
  throw new WhapiError(404, `There is no ${exchange.method} ${pathname}`)
}

function authorize({ token }: WhapiChannel, { headers, url }: Exchange): void {
  const [scheme = '', given] = (headers.authorization ?? '').split(' ')
  const bearer = /^bearer$/i.test(scheme) ? given : undefined
  if ((bearer ?? url.searchParams.get('token')) !== token) throw new WhapiError(401)
}

function decode(part: string): string {
  const decoded = decodePart(part)
  if (decoded === undefined) throw new WhapiError(400, 'The path has a broken % escape')
  return decoded
}

function ok(body: unknown): Reply {
  return { status: 200, body }
}

function info(channel: WhapiChannel, perform: () => Promise<Reply>): ProviderCall {
  return { operation: 'info', via: [channel.id, 'whapi'], perform }
}

function getMessage(channel: WhapiChannel, _: Exchange, id: string): ProviderCall {
  const message = channel.world.chats.get(id)
  const chatId = message?.phoneNumberId === channel.id ? message.chat : undefined
  if (!message || chatId === undefined) throw new WhapiError(404, 'Specified message not found')
  const person = channel.world.people.find(message.person ?? chatId.split('@')[0] ?? '')
  const chat = person ? chatWith(channel, person) : { id: `${chatId.split('@')[0]}@g.us`, key: chatId }
  return info(channel, async () => ok(storedMessage(channel, chat, message)))
}

function markRead(channel: WhapiChannel, _: Exchange, id: string): ProviderCall {
  const { world } = channel
  requireKnown(channel, id)
  return {
    operation: 'read',
    via: [channel.id, 'whapi'],
    perform: async sequence => {
      world.ledger.addRead({ messageId: id, provider: 'whapi', typing: false, at: world.now(), sequence })
      world.chats.readUpTo(id)
      return ok({ success: true })
    },
  }
}

function deleteMessage(channel: WhapiChannel, _: Exchange, id: string): ProviderCall {
  const { world } = channel
  requireKnown(channel, id)
  if (world.chats.get(id)?.author === 'person') throw new WhapiError(403, 'Only own messages can be deleted')
  return {
    operation: 'message',
    via: [channel.id, 'whapi'],
    type: 'revoke',
    perform: async sequence => {
      world.chats.revoke(id)
      recordChange(channel, id, { type: 'revoke', sequence })
      return ok({ success: true })
    },
  }
}

async function react(channel: WhapiChannel, exchange: Exchange, id: string): Promise<ProviderCall> {
  const { emoji } = await readBody(exchange, REACTION)
  return reaction(channel, id, asString(emoji) ?? '')
}

function reaction(channel: WhapiChannel, id: string, emoji: string): ProviderCall {
  requireKnown(channel, id)
  return {
    operation: 'message',
    via: [channel.id, 'whapi'],
    type: 'reaction',
    text: emoji,
    perform: async sequence => {
      channel.world.chats.react(id, 'business', emoji)
      recordChange(channel, id, { type: 'reaction', text: emoji, sequence })
      return ok({ success: true })
    },
  }
}

async function setPresence(channel: WhapiChannel, exchange: Exchange, id: string): Promise<ProviderCall> {
  const { world } = channel
  const { presence, delay } = await readBody(exchange, PRESENCE)
  const chat = findChat(channel, id)
  const ms = typeof delay === 'number' ? delay * 1000 : TYPING_MS
  return {
    operation: 'read',
    via: [channel.id, 'whapi'],
    to: id,
    perform: async sequence => {
      if (presence === 'pause') world.chats.typing(chat.key, 0)
      else {
        world.ledger.addRead({ provider: 'whapi', typing: true, at: world.now(), sequence })
        showTyping(world, chat.key, ms)
      }
      return ok({ success: true })
    },
  }
}

function findLid(channel: WhapiChannel, _: Exchange, id: string): ProviderCall {
  const person = channel.world.people.find(id)
  if (person?.phone !== id) throw new WhapiError(404, 'Specified contact not found')
  return info(channel, async () => ok({ lid: `${person.lid}@lid` }))
}

async function changeSettings(channel: WhapiChannel, exchange: Exchange): Promise<ProviderCall> {
  const body = await readBody(exchange, SETTINGS)
  return info(channel, async () => ok(patchSettings(channel, body)))
}
