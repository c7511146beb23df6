import { type CallOptions, ChannelError, SwitchboardError } from '@switchboard/core'
import { withDeadline } from './deadline.js'
import type { HttpAnswer, HttpRequest, Provider, Transport } from './transport.js'

export interface ApiRequest extends CallOptions {
  readonly method: HttpRequest['method']
  /** Behind the path of the base, with the query. */
  readonly path: string
  /** What is no `Uint8Array` is sent as JSON. */
  readonly body?: object | Uint8Array
  /** Of a body of bytes. */
  readonly contentType?: string
  /** Texts that no error may repeat, besides the credentials. */
  readonly secrets?: readonly string[]
  /** Asking twice does no harm: what ends without an answer may be tried again. Default: all that is no `GET` does harm. */
  readonly safe?: boolean
  readonly maxBytes?: number
  /** Instead of the client's. */
  readonly timeoutMs?: number
}

export interface ApiAnswer extends HttpAnswer {
  /** The body as JSON; `undefined` when it is none. */
  readonly content: unknown
}

interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  /** Texts that no error may repeat. */
  readonly secrets: readonly string[]
}

/** @returns the error that an answer stands for; `undefined` for a plain success */
export type Judge = (
  answer: ApiAnswer,
  context: { readonly secrets: readonly string[]; readonly now: number },
) => ChannelError | undefined

export interface ApiSettings {
  readonly provider: Provider
  readonly transport: Transport
  /** Of the base and its version, without a slash at the end: `/v24.0`. */
  readonly basePath: string
  readonly timeoutMs: number
  now(): number
  /** Asked before every request. */
  authorize(signal: AbortSignal): Promise<Credentials>
  readonly judge: Judge
}

/** @throws {ChannelError} when the provider refuses, or cannot be reached, or says nothing */
export type CallApi = (request: ApiRequest) => Promise<ApiAnswer>

/** Calls a provider's API: credentials, deadline, JSON both ways, and a verdict on what came back. */
export function apiClient(settings: ApiSettings): CallApi {
  const { transport, basePath, now, authorize, judge } = settings

  async function call(request: ApiRequest, deadline: AbortSignal): Promise<ApiAnswer> {
    const { method, path, body, contentType, secrets = [], maxBytes } = request
    const credentials = await authorize(deadline)
    const answer = await transport({
      method,
      path: `${basePath}${path}`,
      headers: { ...credentials.headers, ...contentHeader(body, contentType) },
      signal: deadline,
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
      ...(maxBytes !== undefined && { maxBytes }),
    })
    const read = { ...answer, content: parse(answer.body) }
    const error = judge(read, { secrets: [...credentials.secrets, ...secrets], now: now() })
    if (error) throw error
    return read
  }

  return async request => {
    const { method, safe = method === 'GET', timeoutMs = settings.timeoutMs, signal } = request
    try {
      return await withDeadline(timeoutMs, signal, deadline => call(request, deadline))
    } catch (error) {
      throw safe ? mayBeTriedAgain(error, settings.provider) : error
    }
  }
}

function contentHeader(body: ApiRequest['body'], contentType = 'application/json'): Record<string, string> {
  return body === undefined ? {} : { 'content-type': contentType }
}

function mayBeTriedAgain(error: unknown, { name }: Provider): unknown {
  if (!SwitchboardError.is(error) || error.code !== 'channel_unknown') return error
  const message = `${name} gave no answer: try again.`
  return new ChannelError('channel_refused', message, { retryable: true, cause: error })
}

function parse(body: Uint8Array): unknown {
  // Files are no JSON: a look at the first byte saves decoding them.
  const first = body.find(byte => byte > 0x20)
  if (first !== 0x7b && first !== 0x5b) return undefined
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  } catch {
    return undefined
  }
}
