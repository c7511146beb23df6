// Time and ids

// A provider
export {
  type FakeChannel,
  type FakeChannelOptions,
  fakeChannel,
  type ScriptedSend,
  type SentMessage,
} from './fake-channel.js'
export { type FakeClock, fakeClock } from './fake-clock.js'
export type { FakeEchoOptions, FakeMessageOptions } from './fake-events.js'
export type { FakePoll, ScriptedPoll } from './fake-polling.js'
// A model
export {
  type ScriptedAnswer,
  type ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedOutcome,
  type ScriptedReply,
  scriptedModel,
} from './scripted-model.js'
export { sequentialIds } from './sequential-ids.js'
