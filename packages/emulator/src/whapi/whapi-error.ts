import type { Refused } from '../api/dialect.js'
import type { ScriptedRefusal } from '../faults/vocabulary.js'
import type { Reply } from '../http/exchange.js'

const MESSAGES: Readonly<Record<number, readonly [message: string, details: string]>> = {
  400: ['bad request', 'The request is wrong'],
  401: ['unauthorized', 'Need channel authorization for using the service'],
  402: ['trial version limits', 'Trial version limits exceeded'],
  403: ['forbidden', 'Forbidden'],
  404: ['not found', 'Specified chat not found'],
  405: ['method not allowed', 'Method not allowed'],
  409: ['conflict', 'Conflict'],
  413: ['payload too large', 'Payload too large'],
  415: ['unsupported media type', 'Unsupported media type'],
  429: ['too many requests', 'Too many requests'],
  500: ['internal error', 'Internal server error'],
}

/** A refusal, in Whapi's error shape; its code is the HTTP status. */
export class WhapiError extends Error {
  override readonly name = 'WhapiError'
  readonly details: string

  constructor(
    readonly status: number,
    details?: string,
  ) {
    const [message, usual] = factsOf(status)
    super(message)
    this.details = details ?? usual
  }
}

function factsOf(status: number): readonly [message: string, details: string] {
  return MESSAGES[status] ?? [`error ${status}`, `Error ${status}`]
}

export function refuse(error: unknown): Refused {
  const refusal = error instanceof WhapiError ? error : new WhapiError(500, String(error))
  const { status, message, details } = refusal
  return { reply: errorReply(refusal), code: status, message, details }
}

/** A fault's `code` is a status here; Meta's codes have none and become 400. */
export function scripted(fault: ScriptedRefusal): Reply {
  if (fault.kind === 'server-error') return errorReply(new WhapiError(500))
  if (fault.kind === 'rate-limit') return errorReply(new WhapiError(429), fault.retryAfter ?? 1)
  const status = fault.status ?? (fault.code >= 400 && fault.code < 600 ? fault.code : 400)
  return errorReply(new WhapiError(status, fault.details), fault.retryAfter)
}

/** `{ error: { code, message, details, href, support } }` (Whapi, "Errors"). */
function errorReply({ status, message, details }: WhapiError, retryAfter?: number): Reply {
  const href = 'https://whapi.cloud/docs/whatsapp/api/errors'
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  const error = { code: status, message, details, href, support: 'care@whapi.cloud' }
  return { status, headers, body: { error } }
}
