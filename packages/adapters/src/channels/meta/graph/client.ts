import {
  type AccessToken,
  apiClient,
  type CallApi,
  type Fetch,
  fetchTransport,
  nodeTransport,
  readToken,
} from '../../../http/index.js'
import { errorOfAnswer, meta } from './errors.js'

export interface GraphSettings {
  readonly base: URL
  /** Path of the base and version: `/v24.0`. */
  readonly path: string
  readonly fetch: Fetch | undefined
  readonly accessToken: AccessToken
  readonly timeoutMs: number
  now(): number
}

/** The Graph API, with the version in front of every path. */
export function graphClient({ base, path, fetch, accessToken, timeoutMs, now }: GraphSettings): CallApi {
  return apiClient({
    provider: meta,
    transport: fetch ? fetchTransport(base, fetch, meta) : nodeTransport(base, meta),
    basePath: path,
    timeoutMs,
    now,
    judge: errorOfAnswer,
    async authorize(signal) {
      const token = await readToken(accessToken, 'accessToken', meta, signal)
      return { headers: { authorization: `Bearer ${token}` }, secrets: [token] }
    },
  })
}
