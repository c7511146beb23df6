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
export function graphClient(settings: GraphSettings): CallApi {
  const { base, path, timeoutMs, now } = settings
  return apiClient({
    provider: meta,
    transport: transportTo(base, settings),
    basePath: path,
    timeoutMs,
    now,
    judge: errorOfAnswer,
    authorize: signal => bearer(settings, signal),
  })
}

/**
 * A server that gives files. Whatever it answers is an answer: a file may be JSON and look like an error.
 *
 * @param trusted whether it gets the token
 */
export function fileClient(origin: URL, trusted: boolean, settings: GraphSettings): CallApi {
  const { timeoutMs, now } = settings
  return apiClient({
    provider: meta,
    transport: transportTo(origin, settings),
    basePath: '',
    timeoutMs,
    now,
    judge: () => undefined,
    async authorize(signal) {
      const { headers, secrets } = trusted ? await bearer(settings, signal) : nobody
      // Meta's file server refuses requests without one (Meta, "Download media").
      return { headers: { ...headers, 'user-agent': 'switchboard' }, secrets }
    },
  })
}

const nobody = { headers: {}, secrets: [] }

async function bearer({ accessToken }: GraphSettings, signal: AbortSignal) {
  const token = await readToken(accessToken, 'accessToken', meta, signal)
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] }
}

function transportTo(base: URL, { fetch }: GraphSettings) {
  return fetch ? fetchTransport(base, fetch, meta) : nodeTransport(base, meta)
}
