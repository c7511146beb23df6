import { ChannelError } from '@switchboard/core'
import { orAborted } from './deadline.js'
import { neverLeft } from './failures.js'
import type { Provider } from './transport.js'

/** A token, or where to get it: asked before every request, so tokens may rotate. */
export type AccessToken = string | (() => string | Promise<string>)

/** Visible ASCII: anything else cannot stand in a header, and the error of Node or undici would show the token. */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
}

/**
 * @param option the option's name, for errors
 * @throws {ChannelError} `channel_refused`: nothing was sent
 */
export async function readToken(
  given: AccessToken,
  option: string,
  provider: Provider,
  signal: AbortSignal,
): Promise<string> {
  if (typeof given === 'string') return given
  let token: unknown
  try {
    token = await orAborted(Promise.resolve(given()), signal)
  } catch (cause) {
    if (signal.aborted) throw neverLeft(provider, signal.reason)
    const message = `${option} failed to give a token: nothing was sent.`
    throw new ChannelError('channel_refused', message, { scope: 'auth', retryable: true, cause })
  }
  if (isToken(token)) return token
  const message = `${option} gave something that no header can carry: check for blanks and line breaks.`
  throw new ChannelError('channel_refused', message, { scope: 'auth' })
}
