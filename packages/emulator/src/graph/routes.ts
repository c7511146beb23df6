import type { Exchange } from '../http/exchange.js'
import { isObject, parseJson } from '../json.js'
import type { LedgerEntry } from '../ledger.js'
import type { BusinessNumber } from '../options.js'
import type { World } from '../world.js'
import { answerCall, respond } from './answer-call.js'
import { authorize } from './authorize.js'
import type { GraphCall } from './graph-call.js'
import { GraphError, graphErrorReply, missing, unknownObject } from './graph-error.js'
import { readDownload, readMediaLookup, readUpload } from './media-calls.js'
import { readReadMark } from './read-mark.js'
import { readSend } from './send-message.js'

const KEPT_HEADERS = ['authorization', 'content-type', 'content-length', 'user-agent', 'idempotency-key']

/**
 * The Graph API: whatever is not another part of the emulator ends here, and is on the ledger.
 * - `POST /{version}/{phone number id}/messages`: send, mark read, show typing
 * - `POST /{version}/{phone number id}/media`, `GET|DELETE /{version}/{media id}`, `GET` of the URL found there
 * - `GET /{version}/{phone number id}`: the number itself
 */
export async function handleGraph(world: World, exchange: Exchange): Promise<void> {
  const entry = world.ledger.open({
    method: exchange.method,
    path: exchange.url.pathname + exchange.url.search,
    headers: keptHeaders(exchange),
    body: bodyForLedger(exchange),
  })
  try {
    const call = await readCall(world, exchange)
    if (call.body !== undefined) world.ledger.change(entry, { body: call.body })
    await answerCall(world, exchange, entry, call)
  } catch (error) {
    await refuse(world, exchange, entry, error)
  }
}

async function readCall(world: World, exchange: Exchange): Promise<GraphCall> {
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
): Promise<GraphCall | undefined> {
  if (edge === undefined && exchange.method === 'GET') return readNumber(number, exchange.url)
  if (exchange.method !== 'POST') return undefined
  if (edge === 'media') return readUpload(world, exchange)
  return edge === 'messages' ? readMessagesCall(world, exchange, number) : undefined
}

function readMessagesCall(world: World, exchange: Exchange, number: BusinessNumber): GraphCall {
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
function readNumber(number: BusinessNumber, url: URL): GraphCall {
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
  return { operation: 'info', perform: async () => ({ status: 200, body }) }
}

async function refuse(world: World, exchange: Exchange, entry: LedgerEntry, error: unknown): Promise<void> {
  const refusal = error instanceof GraphError ? error : new GraphError(1, { details: String(error) })
  const { code, message, details } = refusal
  world.ledger.addRefusal({ entry, code, message, ...(details !== undefined && { details }) })
  await respond(world, exchange, entry, graphErrorReply(refusal, world.ids.trace()))
}

function keptHeaders(exchange: Exchange): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap(name => {
      const value = exchange.headers[name]
      if (value === undefined) return []
      return [[name, name === 'authorization' ? '[redacted]' : String(value)]]
    }),
  )
}

function bodyForLedger(exchange: Exchange): unknown {
  if (exchange.body.length === 0) return undefined
  if (!/\bjson\b/i.test(exchange.headers['content-type'] ?? '')) return `<${exchange.body.length} bytes>`
  const text = exchange.body.toString('utf8')
  return parseJson(text) ?? text
}
