export { ContractFailure } from './assert.js'
export type {
  ChannelHarness,
  PollAnswer,
  PollingHarness,
  ProviderAnswer,
  ProviderMessage,
  ReportedText,
} from './channel/harness.js'
export { type ChannelContractOptions, channelContract } from './channel/index.js'
export type { ContractCase } from './contract-case.js'
export type { ModelAnswer, ModelHarness } from './model/harness.js'
export { modelContract } from './model/index.js'
export { queueContract } from './queue/index.js'
export type { QueueHarness } from './queue/workbench.js'
export { rateLimiterContract } from './rate-limiter/index.js'
export type { RateLimiterHarness } from './rate-limiter/stopwatch.js'
export { storeContract } from './store/index.js'
export type { RandomOptions } from './store/random/cases.js'
export type { StoreHarness } from './store/scene.js'
