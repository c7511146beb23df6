export type { AccessToken, Fetch, FetchInit, FetchResponse } from '../../http/index.js'
export { type WahaChannel, wahaChannel } from './channel.js'
export type { WahaChannelOptions } from './options.js'
export type { WahaRaw } from './webhook/raw.js'
