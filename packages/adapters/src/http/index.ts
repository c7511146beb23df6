export { type AccessToken, isToken, readToken } from './access-token.js'
export { type ApiAnswer, type ApiRequest, apiClient, type CallApi, type Judge } from './api-client.js'
export { basePathOf, parseBaseUrl } from './base-url.js'
export { isDataUrl, readDataUrl } from './data-url.js'
export { orAborted, withDeadline } from './deadline.js'
export { neverLeft, outcomeUnknown, refused } from './failures.js'
export {
  type Fetch,
  type FetchInit,
  type FetchResponse,
  fetchTransport,
  isBeforeConnection,
} from './fetch-transport.js'
export { sharesRun } from './leak.js'
export { multipart } from './multipart.js'
export { nodeTransport } from './node-transport.js'
export { pathSegment } from './path-segment.js'
export { readRetryAfter } from './retry-after.js'
export { secretsOf } from './secrets.js'
export type { Provider } from './transport.js'
