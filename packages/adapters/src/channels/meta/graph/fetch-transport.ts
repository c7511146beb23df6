import { asFields, asWords } from '../values.js'
import { type GraphAnswer, neverLeft, outcomeUnknown } from './errors.js'
import type { GraphRequest, Transport } from './transport.js'

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

export interface FetchInit {
  readonly method: 'POST'
  readonly headers: Record<string, string>
  readonly body: string
  readonly signal: AbortSignal
  /** The token goes to the one host it was meant for. */
  readonly redirect: 'manual'
}

export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** Requests over a `fetch` of the user's: for proxies, other runtimes, tests. */
export function fetchTransport(base: URL, fetch: Fetch): Transport {
  return async ({ path, headers, body, signal }: GraphRequest): Promise<GraphAnswer> => {
    if (signal.aborted) throw neverLeft(signal.reason)
    const init: FetchInit = { method: 'POST', headers: { ...headers }, body, signal, redirect: 'manual' }
    let response: FetchResponse
    try {
      response = await fetch(`${base.origin}${path}`, init)
    } catch (error) {
      throw isBeforeConnection(error)
        ? neverLeft(error)
        : outcomeUnknown('The connection to Meta ended without an answer', error)
    }
    const text = await response.text().catch(() => '')
    return { status: response.status, retryAfter: response.headers.get('retry-after') ?? undefined, text }
  }
}

/** Errors of DNS, TCP and TLS that come before a request is written (Node's `errors` and `tls`, undici's errors). */
const beforeConnection = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

function isBeforeConnection(error: unknown): boolean {
  const cause = asFields(asFields(error)?.cause)
  const code = asWords(cause?.code) ?? asWords(asFields(error)?.code)
  if (code === undefined) return false
  // The same codes come from reading and writing, when the request has left.
  if (code === 'ETIMEDOUT' || code === 'ECONNRESET') return cause?.syscall === 'connect'
  return beforeConnection.has(code) || code.startsWith('ERR_SSL_')
}
