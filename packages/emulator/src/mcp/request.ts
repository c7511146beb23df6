import type { Exchange } from '../http/exchange.js'
import { isObject, type JsonObject, parseJson } from '../json.js'
import { CODES, failure, type RequestId } from './refusal.js'

/** What was posted, once it is known to be JSON-RPC. */
export interface McpRequest {
  /** Absent on a notification, which gets no answer. */
  readonly id: RequestId | undefined
  readonly method: string
  readonly params: JsonObject
  /** `modern`: 2026-07-28, where every request stands alone. `legacy`: with a session, up to 2025-11-25. */
  readonly era: 'modern' | 'legacy'
}

export const MODERN_VERSION = '2026-07-28'
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26']

const META = 'io.modelcontextprotocol/'

/** Reads one POST. Throws an McpRefusal. */
export function readRequest({ headers, body }: Exchange): McpRequest {
  const accept = headers.accept ?? ''
  if (!accept.includes('application/json') || !accept.includes('text/event-stream'))
    throw failure({
      status: 406,
      code: CODES.server,
      message: 'Not Acceptable: Client must accept both application/json and text/event-stream',
    })
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw failure({
      status: 415,
      code: CODES.server,
      message: 'Unsupported Media Type: Content-Type must be application/json',
    })
  const posted = parseJson(body.toString('utf8'))
  if (posted === undefined) throw failure({ status: 400, code: CODES.parse, message: 'Parse error' })
  const request = readMessage(posted)
  if (request.era === 'modern') checkModern(request, headers)
  return request
}

function readMessage(posted: unknown): McpRequest {
  const wrong = (message: string) => failure({ status: 400, code: CODES.invalidRequest, message })
  if (!isObject(posted)) throw wrong('Invalid Request: one JSON-RPC message, no batch')
  const { jsonrpc, id, method, params = {} } = posted
  if (jsonrpc !== '2.0') throw wrong('Invalid Request: jsonrpc must be "2.0"')
  if (typeof method !== 'string') throw wrong('Invalid Request: method must be a string')
  if (!isObject(params)) throw wrong('Invalid Request: params must be an object')
  if (id !== undefined && typeof id !== 'string' && !Number.isInteger(id))
    throw wrong('Invalid Request: id must be a string or an integer')
  const modern = isObject(params._meta) && params._meta[`${META}protocolVersion`] !== undefined
  return { id: id as RequestId | undefined, method, params, era: modern ? 'modern' : 'legacy' }
}

/** The headers repeat what the body says, so that whatever stands in between can route without reading it. */
function checkModern({ id = null, method, params }: McpRequest, headers: Exchange['headers']): void {
  const meta = params._meta as JsonObject
  const requested = meta[`${META}protocolVersion`]
  const repeated = [
    ['mcp-protocol-version', requested],
    ['mcp-method', method],
    ...(method === 'tools/call' ? [['mcp-name', params.name] as const] : []),
  ] as const
  for (const [name, value] of repeated)
    if (decoded(headers[name]) !== value) {
      const message = `the header ${name} does not match the request body`
      throw failure({ status: 400, code: CODES.headerMismatch, message, id })
    }
  if (requested !== MODERN_VERSION)
    throw failure({
      status: 400,
      code: CODES.unsupportedVersion,
      message: 'Unsupported protocol version',
      id,
      data: { supported: [MODERN_VERSION], requested },
    })
  for (const name of ['clientInfo', 'clientCapabilities'])
    if (!isObject(meta[META + name])) {
      const message = `Invalid params: _meta["${META}${name}"] must be an object`
      throw failure({ status: 400, code: CODES.invalidParams, message, id })
    }
}

/** `=?base64?…?=` holds what a header cannot. */
function decoded(value: string | string[] | undefined): string | undefined {
  const given = String(value ?? '')
  const encoded = /^=\?base64\?(.*)\?=$/.exec(given)?.[1]
  if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8')
  return value === undefined ? undefined : given
}
