export type { AccessToken, Fetch, FetchInit, FetchResponse } from '../../http/index.js'
export { type MetaChannel, metaChannel } from './channel.js'
export type { MetaAccount, MetaChannelOptions } from './options.js'
export type { MetaRaw } from './webhook/raw.js'
