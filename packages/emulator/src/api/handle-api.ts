import { type Exchange, htmlError } from '../http/exchange.js'
import { parseJson } from '../json.js'
import type { World } from '../world.js'
import { answerCall, respond } from './answer-call.js'
import type { ApiDialect } from './dialect.js'

const KEPT_HEADERS = ['authorization', 'content-type', 'content-length', 'user-agent', 'idempotency-key']
const SECRET_HEADERS = ['authorization', 'x-api-key']
const SECRET_PARAMETERS = ['token', 'x-api-key']

/** Handles a request to the API of a provider: on the ledger first, then checked, then answered or spoiled. */
async function handleApi(world: World, exchange: Exchange, dialect: ApiDialect): Promise<void> {
  const entry = world.ledger.open({
    method: exchange.method,
    path: pathForLedger(exchange.url),
    headers: headersForLedger(exchange),
    body: bodyForLedger(exchange),
  })
  try {
    const call = await dialect.read(exchange)
    if (call.body !== undefined) world.ledger.change(entry, { body: call.body })
    await answerCall(world, exchange, { entry, call, dialect })
  } catch (error) {
    const { reply, ...refusal } = dialect.refuse(error)
    world.ledger.addRefusal({ entry, ...refusal })
    await respond(world, exchange, entry, reply)
  }
}

/** The provider whose path it is gets the request; the first one when it is nobody's, so that it is on the ledger. */
export function handleProviders(world: World, exchange: Exchange): Promise<void> {
  const { providers } = world
  const provider = providers.find(({ api }) => api.takes(exchange)) ?? providers[0]
  if (provider) return handleApi(world, exchange, provider.api)
  return exchange.answer(htmlError(404, 'Not Found')).then(() => {})
}

function pathForLedger({ pathname, search, searchParams }: URL): string {
  if (!SECRET_PARAMETERS.some(name => searchParams.has(name))) return pathname + search
  const shown = new URLSearchParams(searchParams)
  for (const name of SECRET_PARAMETERS) if (shown.has(name)) shown.set(name, 'redacted')
  return `${pathname}?${shown}`
}

function headersForLedger(exchange: Exchange): Record<string, string> {
  return Object.fromEntries(
    [...KEPT_HEADERS, 'x-api-key'].flatMap(name => {
      const value = exchange.headers[name]
      if (value === undefined) return []
      return [[name, SECRET_HEADERS.includes(name) ? '[redacted]' : String(value)]]
    }),
  )
}

function bodyForLedger(exchange: Exchange): unknown {
  if (exchange.body.length === 0) return undefined
  if (!/\bjson\b/i.test(exchange.headers['content-type'] ?? '')) return `<${exchange.body.length} bytes>`
  const text = exchange.body.toString('utf8')
  return parseJson(text) ?? text
}
