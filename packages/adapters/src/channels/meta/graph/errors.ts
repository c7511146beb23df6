import { ChannelError, type ChannelErrorOptions, type ChannelErrorScope } from '@switchboard/core'
import { asFields, asNumber, asWords, type Draft, type Fields } from '../values.js'
import { type Refusal, refusalOfCode, refusalOfStatus } from './error-codes.js'
import { sharesRun } from './leak.js'
import { readRetryAfter } from './retry-after.js'

/** An answer of the Graph API, or of something in front of it. */
export interface GraphAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
  /** As it came: JSON, or HTML, or cut off. */
  readonly text: string
}

export function refused(message: string, scope: ChannelErrorScope): ChannelError {
  return new ChannelError('channel_refused', message, { scope })
}

/** The request certainly did not leave: it may be tried again without the risk of a second message. */
export function neverLeft(cause: unknown): ChannelError {
  const message = `The request did not reach Meta${nameOf(cause)}: nothing was sent. Check graphUrl and the network.`
  return new ChannelError('channel_refused', message, { retryable: true, cause })
}

/** The request left and no usable answer came. There is no idempotency key, so nobody may simply send again. */
export function outcomeUnknown(what: string, cause?: unknown): ChannelError {
  const message = `${what}: the message may have been sent. Wait for its status webhook.`
  return new ChannelError('channel_unknown', message, { cause })
}

/**
 * The error of an answer that is not a plain success; `undefined` for one that is. `error.code` decides whatever the
 * HTTP status; 502 and 504 come from gateways, which do not know what became of the request.
 *
 * @param secrets texts that the error must not repeat
 */
export function errorOfAnswer(
  answer: GraphAnswer,
  body: Fields | undefined,
  secrets: readonly string[],
  now: number,
): ChannelError | undefined {
  const error = asFields(body?.error)
  const code = asNumber(error?.code)
  const known = code === undefined ? undefined : refusalOfCode(code)
  if (!known && !error && answer.status >= 200 && answer.status < 300) return undefined
  if (!known && (answer.status === 502 || answer.status === 504)) {
    return outcomeUnknown(`A gateway answered ${answer.status}`)
  }
  const refusal = known ?? refusalOfStatus(answer.status)
  const reason = code === undefined ? `HTTP ${answer.status}` : `error ${code}`
  const message = `Meta refused (${reason}): ${refusal.advice}${detailsOf(error, secrets)}`
  return new ChannelError('channel_refused', message, errorOptions(refusal, code, answer, now))
}

function errorOptions(
  { scope, retryable, retryAfterMs }: Refusal,
  code: number | undefined,
  answer: GraphAnswer,
  now: number,
): ChannelErrorOptions {
  const options: Draft<ChannelErrorOptions> = { scope, retryable }
  if (code !== undefined) options.providerCode = String(code)
  if (!retryable) return options
  const wait = readRetryAfter(answer.retryAfter, now) ?? retryAfterMs
  if (wait !== undefined) options.retryAfterMs = wait
  return options
}

const longestDetails = 300

/** Meta's own words, unless they repeat what must not get into logs: some of its errors quote the token. */
function detailsOf(error: Fields | undefined, secrets: readonly string[]): string {
  const details = asWords(asFields(error?.error_data)?.details) ?? asWords(error?.message)
  const trace = asWords(error?.fbtrace_id)
  const parts = [details?.slice(0, longestDetails), trace && `Trace: ${trace.slice(0, 64)}`]
  const harmless = parts.filter(part => part && !secrets.some(secret => sharesRun(part, secret)))
  return harmless.length === 0 ? '' : ` Meta says: ${harmless.join(' ').replace(/\s+/g, ' ')}`
}

function nameOf(cause: unknown): string {
  const code = asWords(asFields(cause)?.code)
  return code === undefined ? '' : ` (${code})`
}
