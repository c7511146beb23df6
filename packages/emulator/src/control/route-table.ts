import { checkFault } from '../faults/check-fault.js'
import type { Exchange, Reply } from '../http/exchange.js'
import type { JsonObject } from '../json.js'
import type { World } from '../world.js'
import { ControlError } from './control-error.js'
import * as doing from './doing.js'
import { deliverAny, patchSettings, queueAnswers } from './scripting.js'
import { faultsView, stateView } from './views.js'

/** What a handler gets of a request. */
export interface ControlRequest {
  readonly exchange: Exchange
  /** The parts of the path that the pattern names. */
  readonly names: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The body. Throws a ControlError when it is no JSON object. */
  json(): JsonObject
}

type Handler = (world: World, request: ControlRequest) => Reply | Promise<Reply>

/** Described at the top of `routes.ts`. */
export const ROUTES: readonly (readonly [method: string, pattern: string, handle: Handler])[] = [
  ['GET', '/state', world => ok(stateView(world))],
  ['GET', '/chats/:key/messages', listMessages],
  ['GET', '/media/:id', showMedia],
  ['GET', '/ledger', world => ok(ledgerView(world))],
  ['GET', '/deliveries', world => ok({ attempts: world.office.attempts })],
  ['GET', '/model/requests', world => ok({ requests: world.model.view.requests })],

  ['POST', '/people', doing.addPerson],
  ['PATCH', '/people/:key', doing.changePerson],
  ['POST', '/people/:key/messages', doing.sendMessage],
  ['POST', '/people/:key/media', doing.sendMedia],
  ['POST', '/people/:key/reactions', doing.react],
  ['POST', '/people/:key/edits', doing.edit],
  ['POST', '/people/:key/revokes', doing.revoke],
  ['POST', '/people/:key/votes', doing.vote],
  ['POST', '/people/:key/read', doing.read],
  ['POST', '/echo', doing.sendEcho],

  ['GET', '/faults', world => ok({ faults: faultsView(world) })],
  ['POST', '/faults', (world, { json }) => addFault(world, json())],
  ['DELETE', '/faults', removeFaults],
  ['DELETE', '/faults/:id', removeFault],
  ['POST', '/model/answers', queueAnswers],
  ['POST', '/deliver', deliverAny],
  ['PATCH', '/settings', patchSettings],
  ['POST', '/reset', doing.reset],
]

function ok(body: unknown): Reply {
  return { status: 200, body }
}

function listMessages(world: World, { names, query }: ControlRequest): Reply {
  const limit = Number(query.get('limit') ?? 100)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ControlError(400, 'limit must be 1 to 1000.')
  const messages = world.chats.of(names.key ?? '')
  const before = query.get('before')
  const end = before === null ? messages.length : messages.findIndex(message => message.id === before)
  if (end < 0) throw new ControlError(404, `There is no message "${before}" in this chat.`)
  return ok({ messages: messages.slice(Math.max(0, end - limit), end), lastEventId: world.events.lastId })
}

function showMedia(world: World, { names }: ControlRequest): Reply {
  const file = world.media.get(names.id ?? '')
  if (!file) throw new ControlError(404, 'There is no such file.')
  // A file that somebody sent must never run as a page of the emulator.
  const headers = {
    'content-type': file.mimeType,
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'",
  }
  return { status: 200, body: file.bytes, headers }
}

function ledgerView({ ledger }: World): JsonObject {
  const { view, refusals } = ledger
  return { requests: view.requests(), sent: view.sent(), refusals, reads: view.reads, typing: view.typing }
}

function addFault(world: World, body: JsonObject): Reply {
  const { id, fault, used, remaining } = world.faults.view.add(checkFault(body))
  return { status: 201, body: { fault: { id, fault, used, remaining } } }
}

function removeFaults(world: World): Reply {
  world.faults.view.clear()
  return ok({})
}

function removeFault(world: World, { names }: ControlRequest): Reply {
  const fault = world.faults.view.list().find(each => String(each.id) === names.id)
  if (!fault) throw new ControlError(404, `There is no fault ${names.id}.`)
  fault.remove()
  return ok({})
}
