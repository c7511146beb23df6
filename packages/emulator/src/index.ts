export type { ProviderName, Status } from './account.js'
export type { ChatMessage, Tick } from './chats.js'
export type { Emulator, EmulatorAccount } from './emulator.js'
export { EmulatorError } from './errors.js'
export type { Faults } from './faults/fault-script.js'
export type { ActiveFault, ApiCall, ApiFault, Fault, WebhookFault } from './faults/vocabulary.js'
export type { HistoryDetails, HistoryMessage } from './graph/webhooks/business-phone.js'
export type { Verification } from './graph/webhooks/verify.js'
export { encodeWebhookBody, signWebhookBody } from './graph/webhooks/wire.js'
export type { Ledger, LedgerEntry, ReadMark, Refusal, SentMessage } from './ledger.js'
export type { McpAccount } from './mcp/provider.js'
export type { ModelAnswer, ModelMessage, ModelRequest, ModelResponder, ModelUsage } from './model/answer.js'
export type { Model } from './model/model-script.js'
export type {
  BusinessNumber,
  EmulatorOptions,
  McpOptions,
  ModelOptions,
  RedeliveryOptions,
  StatusOptions,
  WahaEngine,
  WahaOptions,
  WebhookHandler,
  WhapiOptions,
} from './options.js'
export type { PersonDetails } from './people.js'
export type { MediaOptions, Person } from './person.js'
export { sampleDocument } from './samples/document.js'
export { sampleImage } from './samples/image.js'
export { sampleVoiceNote } from './samples/voice-note.js'
export type { EchoDetails, Said, SayOptions } from './saying.js'
export { startEmulator } from './start-emulator.js'
export type { WahaAccount } from './waha/provider.js'
export type { WahaStatus } from './waha/session.js'
export type { WebhookAttempt } from './webhooks/post.js'
export type { Delivery, RecordedAttempt, Signature } from './webhooks/redeliver.js'
export type { DeliverOptions } from './webhooks/webhooks.js'
export type { WhapiHealth } from './whapi/channel.js'
export type { WhapiAccount } from './whapi/provider.js'
