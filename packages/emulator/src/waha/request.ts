import type { Check } from '../api/checks.js'
import type { Exchange } from '../http/exchange.js'
import { isObject, type JsonObject, parseJson } from '../json.js'
import { unprocessable, WahaError } from './waha-error.js'

/** The body, as the check wants it. Throws 400 or 422. */
export function readBody(exchange: Exchange, check: Check): JsonObject {
  const isJson = /\bjson\b/i.test(exchange.headers['content-type'] ?? '')
  const body = exchange.body.length === 0 ? {} : parseJson(exchange.body.toString('utf8'))
  if (!isObject(body) || (exchange.body.length > 0 && !isJson))
    throw new WahaError(400, 'The body must be a JSON object, with Content-Type: application/json')
  const problem = check(body, '')
  if (problem !== undefined) throw unprocessable(problem)
  return body
}
