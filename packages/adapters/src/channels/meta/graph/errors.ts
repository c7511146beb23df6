import { ChannelError, type ChannelErrorOptions } from '@switchboard/core'
import { type Judge, outcomeUnknown, type Provider, readRetryAfter, sharesRun } from '../../../http/index.js'
import { asFields, asNumber, asWords, type Draft, type Fields } from '../../../values.js'
import { type Refusal, refusalOfCode, refusalOfPage, refusalOfStatus } from './error-codes.js'

export const meta: Provider = {
  name: 'Meta',
  urlOption: 'graphUrl',
  reconcileAdvice: 'Wait for its status webhook.',
}

/**
 * The error of an answer that is not a plain success; `undefined` for one that is. `error.code` decides whatever the
 * HTTP status; 502 and 504 come from gateways, which do not know what became of the request, and so may every other failure
 * that is not told in the Graph API's own words.
 */
export const errorOfAnswer: Judge = (answer, { secrets, now }) => {
  const error = asFields(asFields(answer.content)?.error)
  const code = asNumber(error?.code)
  const known = code === undefined ? undefined : refusalOfCode(code)
  if (!known && !error && answer.status >= 200 && answer.status < 300) return undefined
  if (!known && leavesOpen(answer.status, error)) {
    return outcomeUnknown(meta, `Meta or a gateway answered ${answer.status}`)
  }
  const refusal =
    known ?? (error ? undefined : refusalOfPage(answer.status)) ?? refusalOfStatus(answer.status)
  const reason = code === undefined ? `HTTP ${answer.status}` : `error ${code}`
  const message = `Meta refused (${reason}): ${refusal.advice}${detailsOf(error, secrets)}`
  const retryAfterMs = readRetryAfter(answer.header('retry-after'), now)
  return new ChannelError('channel_refused', message, errorOptions(refusal, code, retryAfterMs))
}

/** 503 says that nothing was begun. */
function leavesOpen(status: number, error: Fields | undefined): boolean {
  if (status === 502 || status === 504) return true
  return !error && (status < 200 || status >= 500) && status !== 503
}

function errorOptions(
  { scope, retryable, retryAfterMs }: Refusal,
  code: number | undefined,
  saidMs: number | undefined,
): ChannelErrorOptions {
  const options: Draft<ChannelErrorOptions> = { scope, retryable }
  if (code !== undefined) options.providerCode = String(code)
  if (!retryable) return options
  const wait = saidMs ?? retryAfterMs
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
