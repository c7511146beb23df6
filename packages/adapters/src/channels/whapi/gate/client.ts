import {
  type AccessToken,
  apiClient,
  type CallApi,
  type Fetch,
  fetchTransport,
  type Judge,
  nodeTransport,
  readToken,
} from '../../../http/index.js'
import { errorOfAnswer, whapi } from './errors.js'

export interface GateSettings {
  readonly base: URL
  /** Path of the base. */
  readonly path: string
  readonly fetch: Fetch | undefined
  readonly token: AccessToken
  readonly timeoutMs: number
  now(): number
}

/** Whapi's API, with the channel's token. */
export function gateClient(settings: GateSettings, judge: Judge = errorOfAnswer): CallApi {
  return clientFor(settings, judge, async signal => {
    const token = await readToken(settings.token, 'token', whapi, signal)
    return { headers: { authorization: `Bearer ${token}`, accept: 'application/json' }, secrets: [token] }
  })
}

/** Another server: without the token, which is not for it. */
export function foreignClient(settings: GateSettings, origin: URL, judge: Judge): CallApi {
  return clientFor({ ...settings, base: origin, path: '' }, judge, async () => ({ headers: {}, secrets: [] }))
}

function clientFor(
  { base, path, fetch, timeoutMs, now }: GateSettings,
  judge: Judge,
  authorize: Parameters<typeof apiClient>[0]['authorize'],
): CallApi {
  const transport = fetch ? fetchTransport(base, fetch, whapi) : nodeTransport(base, whapi)
  return apiClient({ provider: whapi, transport, basePath: path, timeoutMs, now, judge, authorize })
}
