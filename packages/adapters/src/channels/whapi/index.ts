export type { AccessToken, Fetch, FetchInit, FetchResponse } from '../../http/index.js'
export { type WhapiChannel, whapiChannel } from './channel.js'
export type { WhapiChannelOptions } from './options.js'
