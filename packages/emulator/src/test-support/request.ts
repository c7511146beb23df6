import { asObjects, isObject, type JsonObject } from '../json.js'

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  /** Empty when the answer is no object. */
  readonly body: JsonObject
  /** The objects of an answer that is an array. */
  readonly list: readonly JsonObject[]
}

export interface JsonRequest {
  /** Default GET, and POST with a body. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Forms and bytes go out as they are, anything else as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** A request to an API that answers with JSON. */
export async function requestJson(url: string, request: JsonRequest): Promise<JsonAnswer> {
  const { body, signal, method = body === undefined ? 'GET' : 'POST' } = request
  const raw = body instanceof FormData || body instanceof Uint8Array
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(body !== undefined && { body: raw ? (body as FormData) : JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  const parsed: unknown = await response.json()
  return {
    status: response.status,
    headers: response.headers,
    body: isObject(parsed) ? parsed : {},
    list: asObjects(parsed),
  }
}
