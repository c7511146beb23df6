export type {
  CallOptions,
  Channel,
  ChannelHealth,
  DownloadOptions,
  HistoryOptions,
  MediaFile,
  MessageAddress,
  Polled,
  Received,
  SendResult,
  WebhookRequest,
  WebhookResponse,
} from './channel.js'
export type { Clock, GenerateId } from './clock.js'
export type { Logger } from './logger.js'
export type { Generated, GenerateOptions, LanguageModel, ModelMessage, Prompt } from './model.js'
export type { Queue, Wake } from './queue.js'
export type { RateBucket, RateGrant, RateLimit, RateLimiter, SendLimits } from './rate-limiter.js'
export type { Answer, Middleware, Responder, Turn, TurnContext } from './responder.js'
export type {
  AddressedEvent,
  BufferPolicy,
  ClaimedTurn,
  ClaimOptions,
  ClaimResult,
  CommitResult,
  ConversationSummary,
  ConversationTarget,
  ForBot,
  HandoffChange,
  HandoffRequest,
  IngestEvent,
  IngestOptions,
  IngestResult,
  Lease,
  OperatorMessage,
  OperatorMessageResult,
  OutboxItem,
  OutboxOptions,
  Page,
  PollLease,
  Progress,
  ReleaseResult,
  ReplyDraft,
  SendRecord,
  SendRecordResult,
  Store,
  SweepOptions,
  SweepResult,
  TurnCommit,
  TurnRelease,
  UnknownPolicy,
} from './store.js'
