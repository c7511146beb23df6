import { ChannelError, type ChannelErrorScope } from '@switchboard/core'
import { asFields, asWords } from '../values.js'
import type { Provider } from './transport.js'

export function refused(message: string, scope: ChannelErrorScope): ChannelError {
  return new ChannelError('channel_refused', message, { scope })
}

/** The request certainly did not leave: it may be tried again without the risk of a second message. */
export function neverLeft({ name, urlOption }: Provider, cause: unknown): ChannelError {
  const message = `The request did not reach ${name}${codeOf(cause)}: nothing was sent. Check ${urlOption} and the network.`
  return new ChannelError('channel_refused', message, { retryable: true, cause })
}

/** The request left and no usable answer came. Nobody may simply send again. */
export function outcomeUnknown({ reconcileAdvice }: Provider, what: string, cause?: unknown): ChannelError {
  return new ChannelError('channel_unknown', `${what}: the message may have been sent. ${reconcileAdvice}`, {
    cause,
  })
}

/** A connection that broke after the request had left. */
export function brokenOff(provider: Provider, cause: unknown): ChannelError {
  return outcomeUnknown(provider, `The connection to ${provider.name} ended without an answer`, cause)
}

function codeOf(cause: unknown): string {
  const code = asWords(asFields(cause)?.code)
  return code === undefined ? '' : ` (${code})`
}
