import type { ProviderCall } from '../api/call.js'
import type { ApiDialect } from '../api/dialect.js'
import type { Exchange } from '../http/exchange.js'
import { decodePart } from '../http/path.js'
import { newStanzaId } from './addresses.js'
import { BODIES } from './bodies.js'
import { readEdit, readReaction, readRevoke, readSeen, readTyping } from './changes.js'
import { fileCall } from './files.js'
import { findLid, findPhone, getMessage, info, listChats, listLids, listMessages } from './lists.js'
import { readBody } from './request.js'
import { readSend, type SendKind } from './send.js'
import type { WahaSession } from './session.js'
import { requireSession, serverCall, sessionsCall } from './sessions.js'
import { notImplemented, refuse, scripted, unprocessable, WahaError } from './waha-error.js'

const SENDS: readonly string[] = [
  'sendText',
  'sendImage',
  'sendFile',
  'sendVoice',
  'sendVideo',
  'sendLocation',
  'sendContactVcard',
  'sendPoll',
] satisfies SendKind[]
const NOT_PLAYED = ['sendButtons', 'sendList', 'sendLinkPreview', 'forwardMessage', 'sendPollVote']
const NOT_WORKING = 'Session status is not as expected. Try again later or restart the session'

/** WAHA's HTTP API: one server, one session. */
export function wahaApi(session: WahaSession): ApiDialect {
  return {
    takes: ({ url }) => /^\/(api\/|ping$|health$)/.test(url.pathname),
    read: async exchange => readCall(session, exchange),
    refuse,
    scripted,
  }
}

function readCall(session: WahaSession, exchange: Exchange): ProviderCall {
  const { pathname } = exchange.url
  if (pathname === '/ping' && exchange.method === 'GET') return info(session, () => ({ message: 'pong' }))
  authorize(session, exchange)
  const server = exchange.method === 'GET' ? serverCall(session, pathname) : undefined
  if (server) return server
  const [area = '', ...rest] = partsOf(pathname)
  if (area === 'sessions') return sessionsCall(session, exchange, rest)
  if (area === 'files') {
    requireSession(session, rest[0])
    return fileCall(session, rest[1] ?? '')
  }
  const call =
    rest.length === 0 ? readAction(session, exchange, area) : readArea(session, exchange, area, rest)
  if (call) return call
  throw new WahaError(404, `Cannot ${exchange.method} ${pathname}`)
}

function authorize({ apiKey }: WahaSession, { headers, url }: Exchange): void {
  const given = headers['x-api-key'] ?? url.searchParams.get('x-api-key')
  if (given !== apiKey) throw new WahaError(401, 'Unauthorized')
}

/** The parts after `/api`, without their % escapes: chat ids have an `@` that clients write as `%40`. */
function partsOf(pathname: string): string[] {
  return pathname
    .split('/')
    .slice(2)
    .map(part => {
      const decoded = decodePart(part)
      if (decoded === undefined) throw new WahaError(400, 'The path has a broken % escape')
      return decoded
    })
}

function requireWorking({ status }: WahaSession): void {
  if (status !== 'WORKING') throw unprocessable(NOT_WORKING)
}

/** `/api/sendText` and its like: the session is in the body. */
function readAction(session: WahaSession, exchange: Exchange, action: string): ProviderCall | undefined {
  const typing = action === 'startTyping' || action === 'stopTyping'
  const known =
    exchange.method === 'PUT'
      ? action === 'reaction'
      : exchange.method === 'POST' && (typing || action === 'sendSeen' || SENDS.includes(action))
  if (!known) {
    if (exchange.method === 'POST' && NOT_PLAYED.includes(action)) throw notImplemented()
    return undefined
  }
  const check = typing ? BODIES.typing : BODIES[action as Exclude<keyof typeof BODIES, 'typing'>]
  const body = readBody(exchange, check)
  requireSession(session, body.session)
  requireWorking(session)
  if (typing) return readTyping(session, body, action === 'startTyping')
  if (action === 'sendSeen') return readSeen(session, body)
  if (action === 'reaction') return readReaction(session, body)
  return readSend(session, action as SendKind, body)
}

/** `/api/{session}/…`. */
function readArea(
  session: WahaSession,
  exchange: Exchange,
  name: string,
  [area, ...rest]: readonly string[],
): ProviderCall | undefined {
  requireSession(session, name)
  requireWorking(session)
  if (area === 'chats') return readChats(session, exchange, rest)
  if (area === 'presence' && exchange.method === 'POST' && rest.length === 0)
    return readPresence(session, exchange)
  if (exchange.method !== 'GET') return undefined
  if (area === 'new-message-id') {
    if (session.engine === 'WEBJS') throw notImplemented()
    return info(session, () => ({ id: newStanzaId() }))
  }
  if (area !== 'lids') return undefined
  const [lid, phone] = rest
  if (lid === undefined) return listLids(session)
  if (lid === 'pn' && phone !== undefined) return findPhone(session, phone)
  return rest.length === 1 ? findLid(session, lid) : undefined
}

function readChats(
  session: WahaSession,
  exchange: Exchange,
  [chatId, messages, id]: readonly string[],
): ProviderCall | undefined {
  const { method, url } = exchange
  if (method === 'GET' && (chatId === undefined || (chatId === 'overview' && messages === undefined)))
    return listChats(session, url.searchParams)
  if (chatId === undefined || messages !== 'messages') return undefined
  if (method === 'GET')
    return id === undefined
      ? listMessages(session, chatId, url.searchParams)
      : getMessage(session, chatId, id)
  if (id === undefined) return undefined
  if (method === 'PUT') return readEdit(session, exchange, id)
  return method === 'DELETE' ? readRevoke(session, id) : undefined
}

function readPresence(session: WahaSession, exchange: Exchange): ProviderCall {
  const body = readBody(exchange, BODIES.presence)
  const { chatId, presence } = body
  if (chatId === undefined) return info(session, () => ({}), 201)
  return readTyping(session, body, presence === 'typing' || presence === 'recording')
}
