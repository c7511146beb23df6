import type { Emulator } from '../emulator.js'
import { isObject, type JsonObject } from '../json.js'

export interface McpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: JsonObject
}

/** Posts to the MCP endpoint as the SDKs do. */
export async function postMcp(
  { mcp: { url, token } }: Emulator,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<McpAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  const parsed: unknown = text === '' ? {} : JSON.parse(text)
  return { status: response.status, headers: response.headers, body: isObject(parsed) ? parsed : {} }
}

/** A request of 2026-07-28, which stands alone. */
export function modern(method: string, params: JsonObject = {}, version = '2026-07-28') {
  const prefix = 'io.modelcontextprotocol/'
  const _meta = {
    [`${prefix}protocolVersion`]: version,
    [`${prefix}clientInfo`]: { name: 'a test', version: '1' },
    [`${prefix}clientCapabilities`]: {},
  }
  return {
    body: { jsonrpc: '2.0', id: 7, method, params: { ...params, _meta } },
    headers: {
      'mcp-protocol-version': version,
      'mcp-method': method,
      ...(method === 'tools/call' && { 'mcp-name': String(params.name) }),
    } as Record<string, string>,
  }
}

export async function callTool(emulator: Emulator, name: string, args: JsonObject = {}): Promise<JsonObject> {
  const { body, headers } = modern('tools/call', { name, arguments: args })
  const answer = await postMcp(emulator, body, headers)
  return isObject(answer.body.result) ? answer.body.result : answer.body
}
