import type { ProviderCall } from '../api/call.js'
import type { ApiDialect } from '../api/dialect.js'
import type { ScriptedRefusal } from '../faults/vocabulary.js'
import type { Exchange, Reply } from '../http/exchange.js'
import { compact, isObject, parseJson } from '../json.js'
import type { BusinessNumber } from '../options.js'
import type { World } from '../world.js'
import { authorize } from './authorize.js'
import { GraphError, graphErrorReply, missing, unknownObject } from './graph-error.js'
import { readDownload, readMediaLookup, readUpload } from './media-calls.js'
import { readReadMark } from './read-mark.js'
import { readSend } from './send-message.js'

/**
 * The Graph API: whatever is not another part of the emulator ends here, and is on the ledger.
 * - `POST /{version}/{phone number id}/messages`: send, mark read, show typing
 * - `POST /{version}/{phone number id}/media`, `GET|DELETE /{version}/{media id}`, `GET` of the URL found there
 * - `GET /{version}/{phone number id}`: the number itself
 */
export function graphApi(world: World): ApiDialect {
  return {
    takes: ({ url }) => /^\/(v\d+\.\d+|whatsapp_business)\//.test(url.pathname),
    read: exchange => readCall(world, exchange),
    refuse(error) {
      const refusal = error instanceof GraphError ? error : new GraphError(1, { details: String(error) })
      const { code, message, details } = refusal
      return { ...compact({ code, message, details }), reply: graphErrorReply(refusal, world.ids.trace()) }
    },
    scripted: fault => scriptedReply(world, fault),
  }
}

async function readCall(world: World, exchange: Exchange): Promise<ProviderCall> {
  if (exchange.url.pathname.startsWith('/whatsapp_business/attachments') && exchange.method === 'GET')
    return readDownload(world, exchange)
  const [version, id, edge, ...rest] = exchange.url.pathname.split('/').filter(part => part !== '')
  if (!version || !/^v\d+\.\d+$/.test(version) || !id || rest.length > 0)
    throw new GraphError(2500, { message: `Unknown path components: ${exchange.url.pathname}`, status: 400 })
  authorize(world, exchange)
  const number = world.settings.numbers.find(each => each.phoneNumberId === id)
  const call = number ? await readNumberCall(world, exchange, number, edge) : undefined
  if (call) return call
  const lookup = edge === undefined ? readMediaLookup(world, exchange.method, id, exchange.url) : undefined
  if (lookup) return lookup
  throw unknownObject(id, exchange.method)
}

async function readNumberCall(
  world: World,
  exchange: Exchange,
  number: BusinessNumber,
  edge: string | undefined,
): Promise<ProviderCall | undefined> {
  if (edge === undefined && exchange.method === 'GET') return readNumber(number, exchange.url)
  if (exchange.method !== 'POST') return undefined
  if (edge === 'media') return readUpload(world, exchange)
  return edge === 'messages' ? readMessagesCall(world, exchange, number) : undefined
}

function readMessagesCall(world: World, exchange: Exchange, number: BusinessNumber): ProviderCall {
  const body = parseJson(exchange.body.toString('utf8'))
  if (!isObject(body) || !/\bjson\b/i.test(exchange.headers['content-type'] ?? ''))
    throw new GraphError(100, {
      details: 'The body must be a JSON object, with Content-Type: application/json.',
    })
  const product = body.messaging_product
  if (product === undefined) throw missing('messaging_product')
  if (product !== 'whatsapp')
    throw new GraphError(100, {
      message: `(#100) Param messaging_product must be one of {"WHATSAPP"} - got "${String(product)}".`,
    })
  return body.status === undefined ? readSend(world, number, body) : readReadMark(world, body)
}

/** Without `fields` the first of them (Meta, "Phone numbers"). */
function readNumber(number: BusinessNumber, url: URL): ProviderCall {
  const known: Readonly<Record<string, string>> = {
    verified_name: 'Emulated business',
    code_verification_status: 'VERIFIED',
    display_phone_number: number.displayPhoneNumber,
    quality_rating: 'GREEN',
    id: number.phoneNumberId,
    status: 'CONNECTED',
    name_status: 'APPROVED',
    platform_type: 'CLOUD_API',
  }
  const asked = url.searchParams.get('fields')?.split(',') ?? Object.keys(known).slice(0, 5)
  const unknown = asked.find(field => !(field in known))
  if (unknown !== undefined)
    throw new GraphError(100, { message: `(#100) Tried accessing nonexisting field (${unknown})` })
  const body = Object.fromEntries([...asked, 'id'].map(field => [field, known[field]]))
  return {
    operation: 'info',
    via: [number.phoneNumberId, 'meta'],
    perform: async () => ({ status: 200, body }),
  }
}

function scriptedReply(world: World, fault: ScriptedRefusal): Reply {
  if (fault.kind === 'server-error') return graphErrorReply(new GraphError(131000), world.ids.trace())
  const code = fault.kind === 'error' ? fault.code : (fault.code ?? 130429)
  const retryAfter = fault.kind === 'rate-limit' ? (fault.retryAfter ?? 1) : fault.retryAfter
  const error = new GraphError(code, {
    ...(fault.kind === 'error' && fault.details !== undefined && { details: fault.details }),
    ...(fault.kind === 'error' && fault.status !== undefined && { status: fault.status }),
  })
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return graphErrorReply(error, world.ids.trace(), headers)
}
