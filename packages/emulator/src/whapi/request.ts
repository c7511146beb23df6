import type { Check } from '../api/checks.js'
import type { Exchange } from '../http/exchange.js'
import { isObject, type JsonObject, parseJson } from '../json.js'
import { WhapiError } from './whapi-error.js'

const NUMBERS = [
  'typing_time',
  'width',
  'height',
  'seconds',
  'recording_time',
  'latitude',
  'longitude',
  'count',
]

/** The body, from JSON or from a form, as the check wants it. Throws 400 or 415. */
export async function readBody(exchange: Exchange, check: Check): Promise<JsonObject> {
  const type = exchange.headers['content-type'] ?? ''
  const body = /^multipart\/form-data/i.test(type)
    ? fieldsOf(await readForm(exchange))
    : readJson(exchange, type)
  const problem = check(body, '')
  if (problem !== undefined) throw new WhapiError(400, problem)
  return body
}

function readJson(exchange: Exchange, type: string): JsonObject {
  if (exchange.body.length === 0) return {}
  if (!/\bjson\b/i.test(type)) throw new WhapiError(415, 'Content-Type must be application/json')
  const body = parseJson(exchange.body.toString('utf8'))
  if (!isObject(body)) throw new WhapiError(400, 'The body must be a JSON object')
  return body
}

/** Throws 400 when the form cannot be read. */
export async function readForm(exchange: Exchange): Promise<FormData> {
  const headers = { 'content-type': exchange.headers['content-type'] ?? '' }
  try {
    return await new Response(new Uint8Array(exchange.body), { headers }).formData()
  } catch (error) {
    throw new WhapiError(400, `The form could not be read: ${String(error)}`)
  }
}

/** A form has texts only, where the description has numbers and booleans. */
function fieldsOf(form: FormData): JsonObject {
  return Object.fromEntries(
    [...form].map(([name, value]) => {
      if (value === 'true' || value === 'false') return [name, value === 'true']
      return [name, NUMBERS.includes(name) && value !== '' ? Number(value) : value]
    }),
  )
}
