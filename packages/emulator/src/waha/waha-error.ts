import type { Refused } from '../api/dialect.js'
import type { ScriptedRefusal } from '../faults/vocabulary.js'
import type { Reply } from '../http/exchange.js'
import type { JsonObject } from '../json.js'

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** A refusal of WAHA's own, or (500) an error of the engine behind it. */
export class WahaError extends Error {
  override readonly name = 'WahaError'

  constructor(
    readonly status: number,
    message: string,
    /** Answered instead of the usual body. */
    readonly body?: JsonObject,
  ) {
    super(message)
  }
}

export function unprocessable(message: string): WahaError {
  return new WahaError(422, message)
}

export function notImplemented(): WahaError {
  return new WahaError(501, 'The method is not implemented by the engine.')
}

export function refuse(error: unknown): Refused {
  const refusal = error instanceof WahaError ? error : new WahaError(500, String(error))
  return { reply: errorReply(refusal), code: refusal.status, message: refusal.message }
}

/** WAHA limits nothing by itself: a 429 is that of a proxy in front. */
export function scripted(fault: ScriptedRefusal): Reply {
  if (fault.kind === 'server-error') return errorReply(new WahaError(500, '2 UNKNOWN: the engine failed'))
  if (fault.kind === 'rate-limit')
    return errorReply(new WahaError(429, 'Too Many Requests'), fault.retryAfter ?? 1)
  const status = fault.status ?? (fault.code >= 400 && fault.code < 600 ? fault.code : 400)
  return errorReply(new WahaError(status, fault.details ?? REASONS[status] ?? 'Error'), fault.retryAfter)
}

/** `{ statusCode, message, error }`; with 500 `{ statusCode, exception: { name, message } }`; with 401 no `error`. */
function errorReply({ status, message, body }: WahaError, retryAfter?: number): Reply {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return { status, headers, body: body ?? usualBody(status, message) }
}

function usualBody(status: number, message: string): JsonObject {
  if (status === 500) return { statusCode: status, exception: { message, name: 'Error' } }
  const error = status === 401 ? {} : { error: REASONS[status] ?? 'Error' }
  return { statusCode: status, message, ...error }
}
