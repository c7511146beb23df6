import { ChannelError, type ChannelErrorOptions, type ChannelErrorScope } from '@switchboard/core'
import { type Judge, outcomeUnknown, type Provider, readRetryAfter, sharesRun } from '../../../http/index.js'
import { asFields, asList, asWords, type Draft, type Fields } from '../../../values.js'

export const waha: Provider = {
  name: 'WAHA',
  urlOption: 'url',
  reconcileAdvice: 'Wait for its message.any or message.ack webhook.',
}

interface Refusal {
  readonly scope: ChannelErrorScope
  readonly retryable: boolean
  readonly advice: string
}

/**
 * The error of an answer that is not a plain success; `undefined` for one that is. 500 comes from the engine, 502 and 504
 * from gateways: none of them knows what became of the message.
 */
export const errorOfAnswer: Judge = (answer, { secrets, now }) => {
  const { status } = answer
  if (status >= 200 && status < 300) {
    // A page of HTML with 200 is some proxy's, or not WAHA at all.
    return isPage(answer.body)
      ? outcomeUnknown(waha, `HTTP ${status} with a page instead of JSON`)
      : undefined
  }
  const fields = asFields(answer.content)
  const words = wordsOf(fields, secrets)
  const refusal = refusalOf(status, fields)
  if (!refusal) return outcomeUnknown(waha, `WAHA answered ${status}${words && ` (${words})`}`)
  const options: Draft<ChannelErrorOptions> = { ...refusal, providerCode: String(status) }
  const retryAfterMs = refusal.retryable ? readRetryAfter(answer.header('retry-after'), now) : undefined
  if (retryAfterMs !== undefined) options.retryAfterMs = retryAfterMs
  const message = `WAHA refused (HTTP ${status}): ${refusal.advice}${words && ` WAHA says: ${words}`}`
  return new ChannelError('channel_refused', message, options)
}

/** @returns `undefined` where nobody knows whether the message went out */
function refusalOf(status: number, fields: Fields | undefined): Refusal | undefined {
  switch (status) {
    case 401:
    case 403:
      return { scope: 'auth', retryable: false, advice: 'check apiKey and what it may do.' }
    case 404:
      return { scope: 'account', retryable: false, advice: 'check url and the name of the session.' }
    case 422:
      return isAboutSession(fields)
        ? {
            scope: 'account',
            retryable: true,
            advice: 'the session is not WORKING: start it, or scan its QR code.',
          }
        : { scope: 'message', retryable: false, advice: 'check the message and the recipient.' }
    case 429:
    case 503:
      return { scope: 'account', retryable: true, advice: 'it takes no more for now.' }
    case 501:
      return {
        scope: 'message',
        retryable: false,
        advice: "the session's engine cannot do this: send something else.",
      }
    default:
      if (status >= 500 || status === 408 || status < 200) return undefined
      return status < 400
        ? { scope: 'account', retryable: false, advice: 'it redirects: give its final address as url.' }
        : { scope: 'message', retryable: false, advice: 'check the message and the recipient.' }
  }
}

/** `{ message: 'Session status is not as expected. …', session, status, expected }`; versions differ in the fields. */
function isAboutSession(fields: Fields | undefined): boolean {
  const words = [fields?.message, fields?.error].map(asWords).join(' ')
  return /session status/i.test(words) || asList(fields?.expected) !== undefined
}

const longestDetails = 300

/** WAHA's own words, unless they repeat what must not get into logs: engines name the recipient. */
function wordsOf(fields: Fields | undefined, secrets: readonly string[]): string {
  const said = [
    asFields(fields?.exception)?.message,
    fields?.message,
    asFields(fields?.error)?.message,
    fields?.error,
  ]
  const words = said.map(asWords).find(Boolean)?.slice(0, longestDetails).replace(/\s+/g, ' ')
  if (words === undefined || secrets.some(secret => sharesRun(words, secret))) return ''
  return words
}

function isPage(body: Uint8Array): boolean {
  return body.find(byte => byte > 0x20) === 0x3c
}
