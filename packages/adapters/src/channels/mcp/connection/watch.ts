import { AsyncLocalStorage } from 'node:async_hooks'
import { isBeforeConnection } from '../../../http/index.js'
import { asFields } from '../../../values.js'

/** What is known about one call while it runs. */
export interface CallWatch {
  /** Its request may have left. */
  left: boolean
  /** `Retry-After` of the answer, as it came. */
  retryAfter?: string | undefined
  /** The answer is over; what has not been understood by now never will be. */
  onEnd(): void
}

/** The SDK gives no way to see which request belongs to which call; the context of the call finds its way to `fetch`. */
export const calls = new AsyncLocalStorage<CallWatch>()

/** How long after the end of a stream its last event may still be on its way through the SDK's parser. */
const settleMs = 250
const mostBytes = 20_000_000

/**
 * `fetch` with the headers added, that notes what becomes of a call's request. When a stream ends without the answer the SDK
 * waits for its own deadline, in both eras; here it is seen at once.
 *
 * @param headersOf asked before every request
 */
export function watchingFetch(headersOf: () => Promise<Readonly<Record<string, string>>>): typeof fetch {
  return async (input, init) => {
    const watch = init?.method === 'POST' ? calls.getStore() : undefined
    const headers = new Headers(init?.headers)
    for (const [name, value] of Object.entries(await headersOf())) headers.set(name, value)
    if (watch) watch.left = true
    let response: Response
    try {
      response = await fetch(input, { ...init, headers })
    } catch (error) {
      if (watch && isBeforeConnection(asFields(error)?.cause ?? error)) watch.left = false
      throw error
    }
    if (!watch) return response
    watch.retryAfter = response.headers.get('retry-after') ?? undefined
    const { body, status, statusText } = response
    if (!body) return response
    return new Response(watched(body, watch), { status, statusText, headers: response.headers })
  }
}

function watched(body: ReadableStream<Uint8Array>, watch: CallWatch): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let bytes = 0
  let resumable = false
  const end = () => {
    // With event ids the SDK asks for the rest (2025-11-25, "Resumability and Redelivery").
    if (!resumable) setTimeout(() => watch.onEnd(), settleMs)
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read()
        if (done) {
          end()
          return controller.close()
        }
        bytes += value.byteLength
        if (bytes > mostBytes) throw new Error(`The answer is longer than ${mostBytes} bytes.`)
        resumable ||= /(^|\n)id:/.test(Buffer.from(value.subarray(0, 1_000)).toString('latin1'))
        controller.enqueue(value)
      } catch (error) {
        end()
        controller.error(error)
        void reader.cancel().catch(() => undefined)
      }
    },
    cancel: reason => reader.cancel(reason),
  })
}
