import { asFields, asWords } from '../values.js'
import { brokenOff, neverLeft } from './failures.js'
import { defaultMaxBytes, type Provider, type Transport } from './transport.js'

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

export interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly signal: AbortSignal
  /** The token goes to the one host it was meant for. */
  readonly redirect: 'manual'
}

export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  arrayBuffer(): Promise<ArrayBuffer>
  /** A web stream is read piece by piece, so that an answer that never ends is not read to its end. */
  readonly body?: unknown
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** Requests over a `fetch` of the user's: for proxies, other runtimes, tests. */
export function fetchTransport(base: URL, fetch: Fetch, provider: Provider): Transport {
  return async ({ method, path, headers, body, signal, maxBytes = defaultMaxBytes }) => {
    if (signal.aborted) throw neverLeft(provider, signal.reason)
    let response: FetchResponse
    try {
      response = await fetch(`${base.origin}${path}`, {
        method,
        headers: { ...headers },
        // `fetch` takes no view of a shared buffer: what comes from `node:fs` and the like never is one.
        ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
        signal,
        redirect: 'manual',
      })
    } catch (error) {
      // `fetch` wraps what happened in a TypeError that only says "fetch failed".
      const cause = asFields(error)?.cause ?? error
      throw isBeforeConnection(cause) ? neverLeft(provider, cause) : brokenOff(provider, cause)
    }
    const { bytes, complete } = await readBody(response, maxBytes)
    return {
      status: response.status,
      header: name => response.headers.get(name) ?? undefined,
      body: bytes.subarray(0, maxBytes),
      truncated: !complete || bytes.byteLength > maxBytes,
    }
  }
}

/** Gives what came, also when it was cut off: the status alone may already decide. */
async function readBody(
  response: FetchResponse,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; complete: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const reader = readerOf(response.body)
    if (!reader) return { bytes: new Uint8Array(await response.arrayBuffer()), complete: true }
    while (length <= maxBytes) {
      const { done, value } = await reader.read()
      if (done || !value) return { bytes: Buffer.concat(chunks), complete: true }
      chunks.push(value)
      length += value.byteLength
    }
    reader.cancel().catch(() => undefined)
  } catch {
    // What came before counts.
  }
  return { bytes: Buffer.concat(chunks), complete: false }
}

function readerOf(body: unknown): BodyReader | undefined {
  // Not everybody's `fetch` gives web streams: node-fetch gives those of Node.
  const stream = body as { getReader?(): BodyReader } | null | undefined
  return typeof stream?.getReader === 'function' ? stream.getReader() : undefined
}

/**
 * Errors of DNS, TCP and TLS that come before a request is written (Node's `errors` and `tls`, undici's errors). What is
 * not listed may have come later: `ERR_SSL_…` in general also says that an established connection broke.
 */
const beforeConnection = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
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

/** Whether what `fetch` gave as the cause of its error says that nothing was written yet. */
export function isBeforeConnection(cause: unknown): boolean {
  const fields = asFields(cause)
  const code = asWords(fields?.code)
  if (code === undefined) return false
  // The same codes come from reading and writing, when the request has left.
  if (code === 'ETIMEDOUT' || code === 'ECONNRESET') return fields?.syscall === 'connect'
  return beforeConnection.has(code)
}
