import { htmlError, type Reply } from '../http/exchange.js'
import { factsOf } from './error-table.js'

/** A refusal, thrown by the checks and answered in Meta's error shape. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly status: number
  readonly details: string | undefined
  readonly subcode: number | undefined
  readonly type: string
  /** Title of the HTML page that is answered instead of JSON. */
  readonly page: string | undefined

  constructor(
    readonly code: number,
    options: {
      message?: string
      details?: string
      status?: number
      subcode?: number
      type?: string
      page?: string
    } = {},
  ) {
    const facts = factsOf(code)
    super(options.message ?? (code === 190 ? facts.title : `(#${code}) ${facts.title}`))
    this.status = options.status ?? facts.status
    this.details = options.details ?? (options.message === undefined ? detailsOf(code) : undefined)
    this.subcode = options.subcode
    this.type = options.type ?? 'OAuthException'
    this.page = options.page
  }
}

// WhatsApp's own codes have six digits and always come with details; Graph's general ones need not.
function detailsOf(code: number): string | undefined {
  const { title, details } = factsOf(code)
  return details ?? (code >= 100_000 ? title : undefined)
}

/** The answer to a refusal: `{ error: { message, type, code, error_subcode?, error_data?, fbtrace_id } }`, or a page. */
export function graphErrorReply(error: GraphError, trace: string, headers: Reply['headers'] = {}): Reply {
  if (error.page !== undefined) return htmlError(error.status, error.page)
  const data = { messaging_product: 'whatsapp', details: error.details }
  return {
    status: error.status,
    headers: {
      'www-authenticate': `OAuth "Facebook Platform" "invalid_request" "${headerSafe(error.message)}"`,
      ...headers,
    },
    body: {
      error: {
        message: error.message,
        type: error.type,
        code: error.code,
        ...(error.subcode !== undefined && { error_subcode: error.subcode }),
        ...(error.details !== undefined && { error_data: data }),
        fbtrace_id: trace,
      },
    },
  }
}

// The message may quote what the caller sent, which need not fit into a header.
function headerSafe(text: string): string {
  return text.replace(/[^ !#-[\]-~]/g, "'")
}

/** A top-level parameter is not there. */
export function missing(name: string): GraphError {
  return new GraphError(100, { message: `(#100) The parameter ${name} is required.` })
}

/** A parameter has the wrong shape or length. */
export function invalid(details: string): GraphError {
  return new GraphError(100, { details })
}

/** A parameter has a value that cannot be used. */
export function unusable(details: string): GraphError {
  return new GraphError(131009, { details })
}

/** The id names nothing that this token may see. */
export function unknownObject(id: string, method: string): GraphError {
  const verb = method.toLowerCase()
  const message =
    `Unsupported ${verb} request. Object with ID '${id}' does not exist, cannot be loaded due to missing ` +
    'permissions, or does not support this operation.'
  return new GraphError(100, { message, subcode: 33, type: 'GraphMethodException' })
}
