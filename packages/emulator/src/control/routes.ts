import type { Exchange, Reply } from '../http/exchange.js'
import { isObject, type JsonObject, parseJson } from '../json.js'
import type { World } from '../world.js'
import { ControlError } from './control-error.js'
import { streamEvents } from './event-stream.js'
import { ROUTES } from './route-table.js'

/**
 * # The control API
 *
 * Everything that the phone page and other processes can see and do, as JSON below `/_emulator`. No key is asked for:
 * the emulator listens on loopback. A request with an `Origin` other than the emulator's own, or with a `Host` that is no
 * name of this machine, is refused (403), so that a foreign web page cannot use it. Errors are `{ error: { message } }` with 400, 403, 404, 409 (no webhook set), 413.
 *
 * ## Shapes
 * - Person: `{ key, name, phone?, userId?, username?, lastWroteAt? }`: `phone` is digits, absent when hidden.
 * - Message: `{ id, chat, author: 'person' | 'business' | 'phone-app', person?, provider, phoneNumberId, type, content, text?,
 *   quotedId?, timestamp, tick: 'sent' | 'delivered' | 'read' | 'failed', reactions: { [author]: emoji }, votes?: { [person]: [option] }, edited,
 *   revoked }`. `chat` is a person's key or a group id, with `@{account}` after it when the account is not Meta's first number. `content` is the wire's object under the type; media have
 *   `content.id` (or, from the bot, `content.link`), to be shown from `/_emulator/media/{id}`. `timestamp` in ms.
 *   Ticks of the bot's messages are the statuses it was told; those of a person's mean: on its way, webhook answered
 *   with 200, marked read by the bot.
 * - Chat: `{ key, title, group: boolean, account, people: [key], unread, typingUntil?, lastMessage?: Message }`. `unread` counts
 *   messages to the person not opened yet. `typingUntil` in ms.
 * - Account: `{ provider: 'meta' | 'whapi' | 'waha' | 'mcp', id, phone, webhook? }`.
 *
 * ## Looking
 * - `GET /_emulator/state` → `{ account, webhook, accounts: [Account], statuses, people: [Person], chats: [Chat], faults: [Fault],
 *   lastEventId }`; every person has a chat. Open the event stream with `lastEventId` to miss nothing.
 * - `GET /_emulator/chats/{key}/messages?limit=100&before={message id}` → `{ messages: [Message], lastEventId }`, oldest
 *   first: `message` events up to `lastEventId` are about these or older ones.
 * - `GET /_emulator/media/{id}` → the bytes.
 * - `GET /_emulator/ledger` → `{ requests, sent, refusals, reads, typing }`, `GET /_emulator/deliveries` →
 *   `{ attempts }`, `GET /_emulator/model/requests` → `{ requests }`, `GET /_emulator/faults` → `{ faults }`
 *
 * ## Doing
 * Answered with 202 as soon as it is on its way; the event stream tells how it went. With `?wait=true`: 200 once the
 * webhook was answered with 200 or given up, and `{ id, delivered, deliveries: [{ status?, ms, error? }] }`.
 * `via` in a body or, for media, in the query names the account: its id or its provider; default Meta's.
 * - `POST /_emulator/people` `{ name, phone?, userId?, username? }` (null hides) → 201 `{ person }`
 * - `PATCH /_emulator/people/{key}` the same members → `{ person }`
 * - `POST /_emulator/people/{key}/messages` `{ text, quote?, group? }`, or `{ message: { type, … }, quote?, group? }` in
 *   Meta's shape → `{ id }`
 * - `POST /_emulator/people/{key}/media?kind=image|video|audio|voice|document|sticker&caption=&filename=&quote=&group=`
 *   with the bytes as body and their `Content-Type` → `{ id }`
 * - `POST /_emulator/people/{key}/reactions` `{ messageId, emoji }`, an empty emoji takes it back → `{ id }`
 * - `POST /_emulator/people/{key}/edits` `{ messageId, text }`, `…/revokes` `{ messageId }` → `{ id }`
 * - `POST /_emulator/people/{key}/votes` `{ messageId, options: [text] }` votes in a poll → `{ id }`
 * - `POST /_emulator/people/{key}/read` `{ group? }` opens the chat: `read` statuses for what was not read → `{}`
 * - `POST /_emulator/echo` `{ to: key, text, quote? }`: a human answers on the business phone → `{ id }`
 *
 * ## Scripting
 * - `POST /_emulator/faults` a fault (see `faults/vocabulary.ts`) → 201 `{ fault }`; `DELETE /_emulator/faults/{id}`,
 *   `DELETE /_emulator/faults`
 * - `POST /_emulator/model/answers` `{ answers: [answer] }` puts answers in the queue → 201
 * - `POST /_emulator/deliver` `{ body, signature?: 'valid' | 'bad' | 'none' | 'legacy-only' }` posts any webhook once
 * - `PATCH /_emulator/settings` `{ webhook?: url, statuses?: false | { sentMs?, deliveredMs?, readMs?, order?,
 *   beforeAnswer? } }` → `{ webhook, accounts, statuses }`
 * - `POST /_emulator/reset` → `{}`
 *
 * ## Watching
 * `GET /_emulator/events` is a server-sent event stream. Each event has an `id`, an `event` and JSON `data`. It starts
 * after `Last-Event-ID` (or `?after={id}`), without either with the next event. When that is too long ago, or from
 * another run, one `reload` event comes first: fetch the state anew. Events:
 * - `person` Person · `message` Message · `message-changed` Message (tick, reaction, edit, revoke)
 * - `typing` `{ chat, until }`: the bot is typing until then (ms); 0: it stopped
 * - `request` ledger entry with its outcome · `delivery` `{ webhook, attempt, at, ms, status?, error? }`
 * - `faults` `[Fault]` · `settings` `{ webhook, accounts, statuses }` · `reset` `{}`: fetch the state anew
 */
export function isControlPath(path: string): boolean {
  return path.startsWith('/_emulator/')
}

export async function handleControl(world: World, exchange: Exchange): Promise<void> {
  try {
    refuseForeignPages(exchange, world.settings.host)
    const path = exchange.url.pathname.slice('/_emulator'.length)
    if (path === '/events' && exchange.method === 'GET') return streamEvents(world, exchange)
    await exchange.answer(await findRoute(exchange, path)(world))
  } catch (error) {
    const { status, message } = ControlError.from(error)
    await exchange.answer({ status, body: { error: { message } } })
  }
}

function findRoute(exchange: Exchange, path: string): (world: World) => Reply | Promise<Reply> {
  for (const [method, pattern, handle] of ROUTES) {
    if (method !== exchange.method) continue
    const names = matchPath(pattern, path)
    if (names)
      return world =>
        handle(world, { exchange, names, query: exchange.url.searchParams, json: () => readJson(exchange) })
  }
  throw new ControlError(404, `There is no ${exchange.method} /_emulator${path}.`)
}

/** `/people/:key/read` against `/people/alex-rivera/read` gives `{ key: 'alex-rivera' }`. */
function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const parts = path.split('/')
  if (wanted.length !== parts.length) return undefined
  const names: Record<string, string> = {}
  for (const [place, want] of wanted.entries()) {
    const part = parts[place] ?? ''
    if (want.startsWith(':')) names[want.slice(1)] = decodeURIComponent(part)
    else if (want !== part) return undefined
  }
  return names
}

function readJson(exchange: Exchange): JsonObject {
  const body = exchange.body.length === 0 ? {} : parseJson(exchange.body.toString('utf8'))
  if (!isObject(body)) throw new ControlError(400, 'The body must be a JSON object.')
  return body
}

function refuseForeignPages({ headers }: Exchange, listensOn: string): void {
  const { origin, host } = headers
  if (origin !== undefined && origin !== `http://${host}`)
    throw new ControlError(403, `Pages from ${origin} may not control the emulator.`)
  // A page that lets its own name point to this machine (DNS rebinding) still sends its name.
  if (isLocal(listensOn) && !isLocal(host?.replace(/:\d+$/, '')))
    throw new ControlError(403, `The emulator is not called ${host}: use localhost.`)
}

function isLocal(name: string | undefined): boolean {
  return name !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name)
}
