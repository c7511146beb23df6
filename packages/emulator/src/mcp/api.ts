import { randomUUID } from 'node:crypto'
import type { ProviderCall } from '../api/call.js'
import type { ApiDialect } from '../api/dialect.js'
import type { Exchange, Reply } from '../http/exchange.js'
import { asString, type JsonObject } from '../json.js'
import { CODES, failure, McpRefusal, refuse, scripted, ToolRefusal } from './refusal.js'
import { LEGACY_VERSIONS, type McpRequest, MODERN_VERSION, readRequest } from './request.js'
import { MCP_PATH, type McpServer } from './server.js'
import { describeTools, readTool } from './tools.js'

const INFO = { name: 'switchboard-emulator', version: '1' }
const CAPABILITIES = { tools: {} }
const CACHE = { ttlMs: 0, cacheScope: 'private' }

/** Streamable HTTP with JSON answers, in both eras of the protocol (MCP specification 2025-11-25 and 2026-07-28). */
export function mcpApi(server: McpServer): ApiDialect {
  return {
    takes: ({ url }) => url.pathname === MCP_PATH,
    read: async exchange => readCall(server, exchange),
    refuse,
    scripted,
  }
}

function readCall(server: McpServer, exchange: Exchange): ProviderCall {
  authorize(server, exchange)
  if (exchange.method === 'DELETE') return endSession(server, exchange)
  // Nothing is pushed, so there is no stream to listen to; clients ask whether there is one.
  if (exchange.method !== 'POST')
    return info(server, { status: 405, body: '', headers: { allow: 'POST, DELETE' } })
  const request = readRequest(exchange)
  return request.era === 'modern' ? readModern(server, request) : readLegacy(server, request, exchange)
}

function authorize({ token }: McpServer, { headers }: Exchange): void {
  if (token === null || headers.authorization?.replace(/^bearer /i, '') === token) return
  throw failure({
    status: 401,
    code: CODES.server,
    message: 'Unauthorized',
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function readModern(server: McpServer, request: McpRequest): ProviderCall {
  const { id, method } = request
  if (id === undefined) return info(server, { status: 202, body: '' })
  switch (method) {
    case 'server/discover':
      return say(server, request, {
        supportedVersions: [MODERN_VERSION],
        capabilities: CAPABILITIES,
        ...CACHE,
      })
    case 'tools/list':
      return say(server, request, { tools: describeTools(), ...CACHE })
    case 'tools/call':
      return callTool(server, request)
    default:
      throw failure({ status: 404, code: CODES.unknownMethod, message: `Method not found: ${method}`, id })
  }
}

function readLegacy(server: McpServer, request: McpRequest, { headers }: Exchange): ProviderCall {
  const { id, method } = request
  if (method === 'initialize' && id !== undefined) return initialize(server, request)
  requireSession(server, headers)
  if (id === undefined) return info(server, { status: 202, body: '' })
  switch (method) {
    case 'ping':
      return say(server, request, {})
    case 'tools/list':
      return say(server, request, { tools: describeTools() })
    case 'tools/call':
      return callTool(server, request)
    default:
      throw failure({ status: 200, code: CODES.unknownMethod, message: `Method not found: ${method}`, id })
  }
}

function initialize(server: McpServer, request: McpRequest): ProviderCall {
  const requested = asString(request.params.protocolVersion)
  if (requested === undefined) {
    const message = 'Invalid params: protocolVersion must be a string'
    throw failure({ status: 200, code: CODES.invalidParams, message, id: request.id ?? null })
  }
  const protocolVersion = LEGACY_VERSIONS.find(each => each === requested) ?? LEGACY_VERSIONS[0]
  return {
    ...info(server),
    async perform() {
      const session = randomUUID()
      server.sessions.add(session)
      const reply = resultOf(request, { protocolVersion, capabilities: CAPABILITIES, serverInfo: INFO })
      return { ...reply, headers: { 'mcp-session-id': session } }
    },
  }
}

function requireSession({ sessions }: McpServer, headers: Exchange['headers']): void {
  const session = headers['mcp-session-id']
  if (session === undefined) {
    const message = 'Bad Request: Mcp-Session-Id header is required'
    throw failure({ status: 400, code: CODES.server, message })
  }
  if (!sessions.has(String(session)))
    throw failure({ status: 404, code: CODES.invalidRequest, message: 'Session not found' })
  // The specification of 2025-06-18 asks servers to take its absence for 2025-03-26.
  const version = headers['mcp-protocol-version']
  if (version !== undefined && !LEGACY_VERSIONS.includes(String(version)))
    throw failure({
      status: 400,
      code: CODES.server,
      message: `Bad Request: Unsupported protocol version (supported versions: ${LEGACY_VERSIONS.join(', ')})`,
    })
}

function endSession(server: McpServer, { headers }: Exchange): ProviderCall {
  requireSession(server, headers)
  const perform = async (): Promise<Reply> => {
    server.sessions.delete(String(headers['mcp-session-id']))
    return { status: 200, body: '' }
  }
  return { ...info(server), perform }
}

function callTool(server: McpServer, request: McpRequest): ProviderCall {
  const { name, arguments: given = {} } = request.params
  try {
    const { perform, ...call } = readTool(server, name, given)
    return {
      ...call,
      via: [server.id, 'mcp'],
      async perform(...details) {
        const answer = await perform(...details)
        return toolResult(request, JSON.stringify(answer), { structuredContent: answer, isError: false })
      },
    }
  } catch (error) {
    if (!(error instanceof ToolRefusal)) throw error
    const { message } = error
    const reply = toolResult(request, `MCP error ${CODES.invalidParams}: ${message}`, { isError: true })
    throw new McpRefusal(reply, CODES.invalidParams, message)
  }
}

function toolResult(request: McpRequest, text: string, rest: JsonObject): Reply {
  return resultOf(request, { content: [{ type: 'text', text }], ...rest })
}

function say(server: McpServer, request: McpRequest, result: JsonObject): ProviderCall {
  return info(server, resultOf(request, result))
}

function info({ id }: McpServer, reply: Reply = { status: 200, body: '' }): ProviderCall {
  return { operation: 'info', via: [id, 'mcp'], perform: async () => reply }
}

function resultOf({ id, era }: McpRequest, result: JsonObject): Reply {
  const meta = { resultType: 'complete', _meta: { 'io.modelcontextprotocol/serverInfo': INFO } }
  const full = era === 'modern' ? { ...result, ...meta } : result
  return { status: 200, body: { jsonrpc: '2.0', id, result: full } }
}
