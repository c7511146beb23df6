import type { ProviderCall } from '../api/call.js'
import type { Exchange } from '../http/exchange.js'
import { asObjects, asString, isObject, type JsonObject } from '../json.js'
import { BODIES } from './bodies.js'
import { info } from './lists.js'
import { changeStatus } from './outgoing.js'
import { readBody } from './request.js'
import { environmentOf, meOf, type WahaSession } from './session.js'
import { WahaError } from './waha-error.js'

/** `GET /api/sessions/{session}`: the key of the HMAC is not given away. */
function sessionInfo(session: WahaSession): JsonObject {
  const { name, status, webhook, events, hmacKey, engine } = session
  const hook = webhook instanceof URL && {
    url: webhook.href,
    events: [...events],
    hmac: hmacKey === undefined ? null : { key: '***' },
    retries: { policy: 'exponential', delaySeconds: 2, attempts: 15 },
    customHeaders: null,
  }
  return {
    name,
    status,
    config: { metadata: {}, webhooks: hook ? [hook] : [] },
    me: status === 'WORKING' ? meOf(session) : null,
    engine: { engine },
  }
}

/** Everything below `/api/sessions`, by method and the rest of the path. */
export function sessionsCall(
  session: WahaSession,
  exchange: Exchange,
  rest: readonly string[],
): ProviderCall {
  const [name, action] = rest
  const { method } = exchange
  if (name === undefined) {
    if (method === 'GET') return info(session, () => [sessionInfo(session)])
    throw new WahaError(422, 'The emulator plays one session: it is there from the start')
  }
  requireSession(session, name)
  if (method === 'GET' && action === undefined) return info(session, () => sessionInfo(session))
  if (method === 'GET' && action === 'me') return info(session, () => sessionInfo(session).me)
  if (method === 'PUT' && action === undefined) return reconfigure(session, exchange)
  if (method === 'POST' && (action === 'start' || action === 'restart'))
    return startOrStop(session, 'WORKING')
  if (method === 'POST' && action === 'stop') return startOrStop(session, 'STOPPED')
  throw new WahaError(404, `Cannot ${method} ${exchange.url.pathname}`)
}

/** Throws 404 for any other session. */
export function requireSession({ name }: WahaSession, wanted: unknown): void {
  if (wanted !== name) throw new WahaError(404, `Session "${String(wanted)}" does not exist`)
}

function startOrStop(session: WahaSession, status: 'WORKING' | 'STOPPED'): ProviderCall {
  return info(
    session,
    () => {
      const told = changeStatus(session, status)
      if (told) void session.world.office.track(told)
      return sessionInfo(session)
    },
    201,
  )
}

function reconfigure(session: WahaSession, exchange: Exchange): ProviderCall {
  const { config } = readBody(exchange, BODIES.session)
  const [hook] = isObject(config) ? asObjects(config.webhooks) : []
  if (hook && !URL.canParse(String(hook.url)))
    throw new WahaError(422, 'config.webhooks[0].url must be a URL')
  return info(session, () => {
    session.webhook = hook && new URL(String(hook.url))
    if (hook) {
      session.events = new Set(Array.isArray(hook.events) ? hook.events.map(String) : ['*'])
      session.hmacKey = isObject(hook.hmac) ? asString(hook.hmac.key) : undefined
      const headers = asObjects(hook.customHeaders).map(({ name, value }) => [String(name), String(value)])
      session.customHeaders = Object.fromEntries(headers)
    }
    return sessionInfo(session)
  })
}

/** `GET /health`, `/ping` and `/api/server/version`: about the server, whatever the session does. */
export function serverCall(session: WahaSession, path: string): ProviderCall | undefined {
  if (path === '/ping') return info(session, () => ({ message: 'pong' }))
  if (path === '/health') return info(session, () => ({ status: 'ok', info: {}, error: {}, details: {} }))
  return path === '/api/server/version' ? info(session, () => environmentOf(session)) : undefined
}
