import { apiClient, type CallApi, fetchTransport, nodeTransport, readToken } from '../../../http/index.js'
import type { WahaSettings } from '../options.js'
import { errorOfAnswer, waha } from './errors.js'

/** WAHA's API. The key goes to its own address alone. */
export function wahaClient({ base, path, fetch, apiKey, timeoutMs, now }: WahaSettings): CallApi {
  return apiClient({
    provider: waha,
    transport: fetch ? fetchTransport(base, fetch, waha) : nodeTransport(base, waha),
    basePath: path,
    timeoutMs,
    now,
    judge: errorOfAnswer,
    async authorize(signal) {
      if (apiKey === undefined) return { headers: json, secrets: [] }
      const key = await readToken(apiKey, 'apiKey', waha, signal)
      return { headers: { ...json, 'x-api-key': key }, secrets: [key] }
    },
  })
}

const json = { accept: 'application/json' }
