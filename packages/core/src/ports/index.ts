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
export type {
  AddressedEvent,
  BufferPolicy,
  ForBot,
  HandoffChange,
  IngestEvent,
  IngestOptions,
  IngestResult,
  MergeResult,
  WindowRefusal,
} from './ingest.js'
export type { Logger } from './logger.js'
export type { Generated, GenerateOptions, LanguageModel, ModelMessage, Prompt } from './model.js'
export type { Queue, Wake } from './queue.js'
export type { RateBucket, RateGrant, RateLimit, RateLimiter, SendLimits } from './rate-limiter.js'
export type { Answer, Middleware, Responder, Turn, TurnContext } from './responder.js'
export type {
  OutboxItem,
  OutboxOptions,
  SendRecord,
  SendRecordResult,
  SweepOptions,
  SweepResult,
  UnknownPolicy,
} from './sends.js'
export type {
  ConversationSummary,
  ConversationTarget,
  HandoffRequest,
  OperatorMessage,
  OperatorMessageResult,
  OperatorPiece,
  Page,
  PollLease,
  Progress,
  ReleaseOptions,
  Store,
} from './store.js'
export type {
  ClaimedTurn,
  ClaimOptions,
  ClaimResult,
  CommitResult,
  Lease,
  ReleaseResult,
  ReplyDraft,
  TurnCommit,
  TurnRelease,
} from './turns.js'
