import { ChannelError, type ChannelErrorOptions, type ChannelErrorScope } from '@switchboard/core'
import { type Judge, outcomeUnknown, type Provider, readRetryAfter, sharesRun } from '../../../http/index.js'
import { asFields, asId, asNumber, asWords, type Draft, type Fields } from '../../../values.js'

export const whapi: Provider = {
  name: 'Whapi',
  urlOption: 'apiUrl',
  reconcileAdvice: 'Look at the chat before sending it again: Whapi takes no id by which to find it.',
}

/** What an answer means for a message that was about to be sent. */
interface Refusal {
  readonly scope: ChannelErrorScope
  readonly retryable?: boolean
  /** What it is, and what to do. */
  readonly advice: string
}

/** By `error.code`, else by HTTP status: they are the same numbers (Whapi's OpenAPI file, help desk on errors). */
const refusals = new Map<number, Refusal>([
  [400, { scope: 'message', advice: 'A parameter is wrong: correct the message.' }],
  [
    401,
    {
      scope: 'auth',
      advice: 'The token is wrong, or no phone is linked: check the token, scan the QR code.',
    },
  ],
  [
    402,
    {
      scope: 'account',
      advice: "The plan's limit is reached: the trial has 5 chats a month, 150 messages a day.",
    },
  ],
  [403, { scope: 'recipient', advice: 'It is forbidden to write to this person or group.' }],
  [404, { scope: 'recipient', advice: 'There is no such person, chat or message.' }],
  [405, { scope: 'message', advice: 'Check apiUrl.' }],
  [408, { scope: 'message', retryable: true, advice: 'The server waited too long for the request.' }],
  [413, { scope: 'message', advice: 'It is too large: send a smaller file, or its address.' }],
  [415, { scope: 'message', advice: 'The kind of file is not supported: send another one.' }],
  [429, { scope: 'account', retryable: true, advice: 'Too many requests: it is tried again later.' }],
])

/**
 * The error of an answer that is not a plain success; `undefined` for one that is. All that a server or a gateway says
 * from 500 on leaves open what became of the message.
 */
export const errorOfAnswer: Judge = (answer, { secrets, now }) => {
  const error = asFields(asFields(answer.content)?.error)
  const code = asNumber(error?.code)
  const { status } = answer
  if (!error && status >= 200 && status < 300) return undefined
  const known = code === undefined || status >= 500 ? undefined : refusals.get(code)
  if (!known && (status >= 500 || (code !== undefined && code >= 500))) {
    return outcomeUnknown(whapi, `Whapi answered ${code ?? status}`)
  }
  const refusal = known ??
    (error ? undefined : refusalOfPage(status)) ??
    refusals.get(status) ?? { scope: 'message', advice: 'Check apiUrl and the message.' }
  const reason = code === undefined ? `HTTP ${status}` : `error ${code}`
  const message = `Whapi refused (${reason}): ${refusal.advice}${detailsOf(error, secrets)}`
  const options: Draft<ChannelErrorOptions> = { scope: refusal.scope, retryable: refusal.retryable ?? false }
  const providerCode = asId(error?.code)
  if (providerCode !== undefined) options.providerCode = providerCode
  const retryAfterMs = readRetryAfter(answer.header('retry-after'), now)
  if (refusal.retryable && retryAfterMs !== undefined) options.retryAfterMs = retryAfterMs
  return new ChannelError('channel_refused', message, options)
}

/** A page of something in front of the API knows nothing of chats: no message gets through, so all of them wait. */
function refusalOfPage(status: number): Refusal | undefined {
  const isElsewhere = (status >= 300 && status < 400) || status === 404 || status === 405 || status === 410
  return isElsewhere ? { scope: 'account', advice: 'Whapi is not at this address: check apiUrl.' } : undefined
}

const longestDetails = 300

/** Whapi's own words, unless they repeat what must not get into logs. */
function detailsOf(error: Fields | undefined, secrets: readonly string[]): string {
  const details = (asWords(error?.details) ?? asWords(error?.message))?.slice(0, longestDetails)
  if (details === undefined || secrets.some(secret => sharesRun(details, secret))) return ''
  return ` Whapi says: ${details.replace(/\s+/g, ' ')}`
}
