import { type ErrorOptions, ModelError } from '@switchboard/core'
import { readHeader } from './headers.js'
import { isRecord } from './json.js'
import { retryAfterMs } from './retry-after.js'

/** Who was asked, for messages that say what to check. */
export interface Endpoint {
  readonly provider: string
  readonly keyVariable: string
  readonly model: string
}

/** 498 is Groq's "flex tier capacity exceeded" (Groq docs, API error codes). */
const retryableStatuses = new Set([408, 409, 425, 429, 498])

/**
 * What a client threw, as a {@link ModelError}. The message and the `cause` never quote the provider's words, the
 * answer or a header, because all of them may hold the prompt or the key, and both get into logs.
 *
 * @param now epoch milliseconds
 */
export function toModelError(error: unknown, endpoint: Endpoint, now: number): ModelError {
  if (isRecord(error) && typeof error.status === 'number') {
    const { status, headers } = error
    // The OpenAI SDK unwraps the body's error object, Groq's does not.
    const body = error.error
    const details = isRecord(body) && isRecord(body.error) ? body.error : body
    return refusal({ status, label: `HTTP ${status}`, headers, details }, endpoint, now)
  }
  const { provider } = endpoint
  if (error instanceof SyntaxError) {
    return new ModelError(`${provider} answered with broken JSON.`, { retryable: true })
  }
  const failure = systemError(error)
  return new ModelError(
    `${provider} could not be reached or broke off${failure ? ` (${failure.code})` : ''}: check \`baseURL\` and the network.`,
    { retryable: true, ...(failure && { cause: failure }) },
  )
}

/** An error object inside a 200, as routers in front of many models answer; its `code` is then an HTTP status. */
export function errorInBody(body: unknown, endpoint: Endpoint): ModelError | undefined {
  if (!isRecord(body) || !isRecord(body.error) || Array.isArray(body.choices)) return undefined
  const { code } = body.error
  const status = typeof code === 'number' && code >= 400 && code <= 599 ? code : 500
  return refusal(
    { status, label: 'HTTP 200 with an error', headers: undefined, details: body.error },
    endpoint,
    0,
  )
}

interface Refusal {
  readonly status: number
  readonly label: string
  readonly headers: unknown
  /** The error object of the body. */
  readonly details: unknown
}

function refusal({ status, label, headers, details }: Refusal, endpoint: Endpoint, now: number): ModelError {
  const { code, type, param } = isRecord(details) ? details : {}
  const name = identifier(code) ?? identifier(type)
  const what = [label, name, identifier(param)].filter(word => word !== undefined).join(', ')
  const wait = retryAfterMs(headers, now)
  const options: ErrorOptions = {
    retryable: isRetryable(status, name, headers),
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  const message = `${endpoint.provider} refused the request (${what}): ${advice(status, name, endpoint)}.`
  return new ModelError(message, options)
}

function isRetryable(status: number, code: string | undefined, headers: unknown): boolean {
  // An empty account answers 429, but waiting does not fill it.
  if (code === 'insufficient_quota') return false
  // The header with which OpenAI overrides the status; its SDK obeys it too.
  const told = readHeader(headers, 'x-should-retry')
  if (told === 'true' || told === 'false') return told === 'true'
  return status >= 500 || retryableStatuses.has(status)
}

function advice(status: number, code: string | undefined, { keyVariable, model }: Endpoint): string {
  if (code === 'insufficient_quota' || status === 402) return 'the account has no quota left, check its plan'
  if (code === 'context_length_exceeded' || status === 413) {
    return 'the prompt is too long for this model, load less history or shorten the system prompt'
  }
  if (status === 401) return `check \`apiKey\` (${keyVariable})`
  if (status === 403)
    return `the key (${keyVariable}) may not use model "${model}", check its rights and region`
  if (status === 404) {
    return `check the model name "${model}" and \`baseURL\` (OpenAI-compatible servers expect it to end in /v1)`
  }
  if (status === 429) return 'too many requests, slow down or raise the limit'
  if (status >= 500 || retryableStatuses.has(status))
    return 'a fault or overload on its side, try again later'
  return `check the model name "${model}", its options and the length of the prompt`
}

/** A short word of the provider, such as a code or the name of a parameter; never a sentence. */
function identifier(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && /^[\w.[\]-]{1,64}$/.test(value) ? value : undefined
}

/** The network error at the bottom, such as ECONNREFUSED; others are dropped, since fetch quotes headers in some. */
function systemError(error: unknown): (Error & { code: string }) | undefined {
  let current = error
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    if ('code' in current && typeof current.code === 'string') return current as Error & { code: string }
    current = current.cause
  }
  return undefined
}
