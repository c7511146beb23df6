import { type CallOptions, ChannelError, type ChannelHealth, SwitchboardError } from '@switchboard/core'
import { type CallApi, pathSegment } from '../../../http/index.js'
import { asFields, asWords } from '../../../values.js'

/** In these a number still answers; `RESTRICTED` only may not open conversations (Meta, "Phone numbers"). */
const working = new Set(['CONNECTED', 'FLAGGED', 'RESTRICTED'])

/** `GET /{phone number id}`: whether the token works, and what Meta says about the number. */
export async function readHealth(
  call: CallApi,
  account: string,
  { signal }: CallOptions,
): Promise<ChannelHealth> {
  try {
    const path = `/${pathSegment(account)}?fields=status,quality_rating`
    const { content } = await call({ method: 'GET', path, ...(signal && { signal }) })
    const state = asWords(asFields(content)?.status) ?? 'UNKNOWN'
    return { ok: working.has(state), state }
  } catch (error) {
    if (!SwitchboardError.is(error) || signal?.aborted) throw error
    const code = error instanceof ChannelError ? error.providerCode : undefined
    return { ok: false, state: code === undefined ? 'UNREACHABLE' : `error ${code}` }
  }
}
