import { type CallOptions, ChannelError } from '@switchboard/core'
import { asFields, type Fields } from '../values.js'
import { orAborted, withDeadline } from './deadline.js'
import { errorOfAnswer, neverLeft } from './errors.js'
import type { Transport } from './transport.js'

/** A token, or where to get it: asked before every request, so tokens may rotate. */
export type AccessToken = string | (() => string | Promise<string>)

export interface GraphSettings {
  readonly transport: Transport
  /** Path of the base and version: `/v24.0`. */
  readonly path: string
  readonly accessToken: AccessToken
  readonly timeoutMs: number
  now(): number
}

interface GraphCall extends CallOptions {
  readonly account: string
  readonly body: object
  /** Texts that no error may repeat. */
  readonly secrets?: readonly string[]
}

/** Posts to `/{version}/{account}/messages` and gives back the answer's body, if it is a JSON object. */
export type PostMessage = (call: GraphCall) => Promise<Fields | undefined>

export function graphClient({ transport, path, accessToken, timeoutMs, now }: GraphSettings): PostMessage {
  return ({ account, body, secrets = [], signal }) =>
    withDeadline(timeoutMs, signal, async deadline => {
      const token = typeof accessToken === 'string' ? accessToken : await askToken(accessToken, deadline)
      const answer = await transport({
        path: `${path}/${encodeURIComponent(account)}/messages`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: deadline,
      })
      const content = parse(answer.text)
      const error = errorOfAnswer(answer, content, [token, ...secrets], now())
      if (error) throw error
      return content
    })
}

/** Visible ASCII: anything else cannot stand in a header, and the error of Node or undici would show the token. */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
}

async function askToken(ask: () => string | Promise<string>, signal: AbortSignal): Promise<string> {
  let token: unknown
  try {
    token = await orAborted(Promise.resolve(ask()), signal)
  } catch (cause) {
    if (signal.aborted) throw neverLeft(signal.reason)
    const message = 'accessToken failed to give a token: nothing was sent.'
    throw new ChannelError('channel_refused', message, { scope: 'auth', retryable: true, cause })
  }
  if (isToken(token)) return token
  const message = 'accessToken gave something that no header can carry: check for blanks and line breaks.'
  throw new ChannelError('channel_refused', message, { scope: 'auth' })
}

function parse(text: string): Fields | undefined {
  try {
    return asFields(JSON.parse(text))
  } catch {
    return undefined
  }
}
