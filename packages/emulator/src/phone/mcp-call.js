/**
 * What a request to the MCP server asks for: the name of a tool, else the method of the protocol. Undefined for other requests.
 *
 * @param {unknown} body
 */
export function mcpCall(body) {
  const { jsonrpc, method, params } = /** @type {Record<string, any>} */ (body ?? {})
  if (jsonrpc !== '2.0') return undefined
  return String(method === 'tools/call' ? (params?.name ?? method) : method)
}

/**
 * The question of a bot that only looks, which it asks again and again.
 *
 * @param {unknown} body
 */
export function mcpQuestion(body) {
  const call = mcpCall(body)
  return call === 'send_message' ? undefined : call
}
