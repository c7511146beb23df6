import type { Refused } from '../api/dialect.js'
import type { ScriptedRefusal } from '../faults/vocabulary.js'
import type { Reply } from '../http/exchange.js'
import { compact } from '../json.js'

/** JSON-RPC 2.0 takes both; `null` answers what could not be read. */
export type RequestId = string | number | null

/** Codes of JSON-RPC 2.0; `server`: what the MCP SDKs use for refusals of the transport; the last two: MCP 2026-07-28. */
export const CODES = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  server: -32000,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const

/** Something that the server says no to, with the whole answer. */
export class McpRefusal extends Error {
  override readonly name = 'McpRefusal'

  constructor(
    readonly reply: Reply,
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

interface Failure {
  readonly status: number
  readonly code: number
  readonly message: string
  readonly id?: RequestId
  readonly data?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A JSON-RPC error. */
export function failure({ status, code, message, id = null, data, headers }: Failure): McpRefusal {
  const body = { jsonrpc: '2.0', id, error: compact({ code, message, data }) }
  return new McpRefusal(compact({ status, body, headers }), code, message)
}

/** What a tool says itself: the protocol answers with success, as both current SDKs do, for wrong arguments too. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal'
}

export function refuse(error: unknown): Refused {
  const refusal =
    error instanceof McpRefusal
      ? error
      : failure({ status: 500, code: CODES.internal, message: String(error) })
  const { reply, code, message } = refusal
  return { reply, code, message }
}

/** A fault's `code` is an HTTP status here; Meta's codes have none and become 400. */
export function scripted(fault: ScriptedRefusal): Reply {
  const { status, message, retryAfter }: ReturnType<typeof wordsOf> = wordsOf(fault)
  const code = status === 500 ? CODES.internal : CODES.server
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return failure({ status, code, message, headers }).reply
}

function wordsOf(fault: ScriptedRefusal) {
  if (fault.kind === 'server-error') return { status: 500, message: 'Internal error' }
  const { retryAfter } = fault
  if (fault.kind === 'rate-limit')
    return { status: 429, message: 'Too many requests', retryAfter: retryAfter ?? 1 }
  const status = fault.status ?? (fault.code >= 400 && fault.code < 600 ? fault.code : 400)
  return { status, message: fault.details ?? `Error ${status}`, retryAfter }
}
