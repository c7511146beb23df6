import type {
  ClaimedTurn,
  ClaimOptions,
  ClaimResult,
  CommitResult,
  IngestEvent,
  IngestOptions,
  IngestResult,
  OperatorMessage,
  OutboxItem,
  OutboxOptions,
  ReplyDraft,
  SendRecord,
  SendRecordResult,
  Store,
  TurnCommit,
  TurnRelease,
} from '../../ports/index.js'
import { contentText } from '../../rules/index.js'
import type { Message, Person } from '../../vocabulary/index.js'
import { kind, only, present } from '../assert.js'
import { textOf, uniqueId } from './events.js'

/** What a store's author gives for each case. */
export interface StoreHarness {
  /** Empty, `init` was called. */
  readonly store: Store
  /** Lets the store's clock go on by at least that much: a fake clock, a shifted one, or waiting. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

type Stored = Extract<IngestResult, { kind: 'stored' }>
type Committed = Extract<CommitResult, { kind: 'committed' }>
type Outcome = SendRecord['outcome']

/** Due at once. */
const instant = { quietMs: 0, maxWaitMs: 0, maxCount: 1000 } as const
export const ingestOptions: IngestOptions = { buffer: instant, handoffIdleMs: 3_600_000, keepRaw: true }
export const claimOptions: ClaimOptions = { leaseMs: 60_000, history: 20, maxBurst: 100, maxAttempts: 5 }
const outboxOptions: OutboxOptions = {
  limit: 100,
  sendLeaseMs: 60_000,
  unknownPolicy: 'park',
  reconcileMs: 60_000,
  maxAttempts: 3,
}
export const hourMs = 3_600_000

/** What a message on its way says. */
export function wordsOf(item: OutboxItem | undefined): string | undefined {
  return item && contentText(item.message.content)
}

/** A store, and what the cases say to it again and again. */
export interface Scene extends Pick<StoreHarness, 'store' | 'advance'> {
  ingest(event: IngestEvent, options?: Partial<IngestOptions>): Promise<IngestResult>
  /** Ingests an event that must be stored. */
  tell(event: IngestEvent, options?: Partial<IngestOptions>): Promise<Stored>
  /** A customer's text that must be stored. */
  hear(person: Person, text: string, options?: Partial<IngestOptions>): Promise<Stored>
  tryClaim(conversationId: string, options?: Partial<ClaimOptions>): Promise<ClaimResult>
  claim(conversationId: string, options?: Partial<ClaimOptions>): Promise<ClaimedTurn>
  commit(
    turn: ClaimedTurn,
    replies: readonly (string | ReplyDraft)[],
    changes?: Partial<TurnCommit>,
  ): Promise<CommitResult>
  /** Commits, which must succeed. */
  answer(turn: ClaimedTurn, ...replies: readonly (string | ReplyDraft)[]): Promise<Committed>
  /** Hears, claims and answers with these texts: gives the first one, on its way. */
  converse(person: Person, ...replies: readonly string[]): Promise<OutboxItem>
  release(turn: ClaimedTurn, next: TurnRelease['next']): ReturnType<Scene['releaseOne']>
  releaseOne(release: TurnRelease): Promise<Awaited<ReturnType<Store['releaseTurns']>>[number]>
  /** Parks the turn and gives its id. */
  park(turn: ClaimedTurn): Promise<string>
  record(item: OutboxItem, outcome: Outcome, changes?: Partial<SendRecord>): Promise<SendRecordResult>
  claimSends(options?: Partial<OutboxOptions>): Promise<readonly OutboxItem[]>
  messages(conversationId: string): Promise<readonly Message[]>
  message(item: { readonly conversationId: string; readonly messageId: string }): Promise<Message>
  /** The ids of the conversations that a sweep names. */
  due(horizonMs?: number): Promise<readonly string[]>
}

export function draft(text: string, quote?: ReplyDraft['quote']): ReplyDraft {
  return { id: uniqueId('outbound'), content: { type: 'text', text }, ...(quote && { quote }) }
}

export function operatorMessage(text: string, changes: Partial<OperatorMessage> = {}): OperatorMessage {
  return {
    id: uniqueId('operator'),
    content: { type: 'text', text },
    handoffIdleMs: hourMs,
    sendLeaseMs: 60_000,
    ...changes,
  }
}

export function texts(messages: readonly Pick<Message, 'text'>[]): readonly (string | undefined)[] {
  return messages.map(message => message.text)
}

export function createScene({ store, advance }: StoreHarness): Scene {
  const scene: Scene = {
    store,
    advance,
    async ingest(event, options) {
      return only(await store.ingest([event], { ...ingestOptions, ...options }), 'results of one event')
    },
    async tell(event, options) {
      return kind(await scene.ingest(event, options), 'stored', 'a new event is stored')
    },
    hear: (person, text, options) => scene.tell(textOf(person, text), options),
    async tryClaim(conversationId, options) {
      const results = await store.claimTurns([conversationId], { ...claimOptions, ...options })
      return only(results, 'results of one claim')
    },
    async claim(conversationId, options) {
      return kind(await scene.tryClaim(conversationId, options), 'claimed', 'a due conversation is claimed')
    },
    async commit(turn, replies, changes) {
      const commit: TurnCommit = {
        conversationId: turn.conversationId,
        fence: turn.fence,
        version: turn.version,
        readTo: turn.readTo,
        attempt: turn.attempt,
        claimedAt: turn.claimedAt,
        acceptNewer: false,
        replies: replies.map(reply => (typeof reply === 'string' ? draft(reply) : reply)),
        sendLeaseMs: 60_000,
        ...(turn.replayOf !== undefined && { replayOf: turn.replayOf }),
        ...changes,
      }
      return only(await store.commitTurns([commit]), 'results of one commit')
    },
    async answer(turn, ...replies) {
      return kind(
        await scene.commit(turn, replies),
        'committed',
        'a turn that nothing disturbed is committed',
      )
    },
    async converse(person, ...replies) {
      const { conversationId } = await scene.hear(person, 'hello')
      const { send } = await scene.answer(await scene.claim(conversationId), ...replies)
      return present(send, 'the first reply is given to be sent')
    },
    async releaseOne(release) {
      return only(await store.releaseTurns([release]), 'results of one release')
    },
    release(turn, next) {
      const { conversationId, fence, readTo, attempt, claimedAt, replayOf } = turn
      const release = { conversationId, fence, readTo, attempt, claimedAt, next, error: 'it went wrong' }
      return scene.releaseOne({ ...release, ...(replayOf !== undefined && { replayOf }) })
    },
    async park(turn) {
      return kind(await scene.release(turn, 'park'), 'parked', 'a turn is parked').turnId
    },
    async record(item, outcome, changes) {
      const record = { id: item.message.id, attempt: item.attempt, outcome, sendLeaseMs: 60_000, ...changes }
      return only(await store.recordSends([record]), 'results of one record')
    },
    claimSends: options => store.claimSends({ ...outboxOptions, ...options }),
    messages: conversationId => store.listMessages(conversationId, { limit: 500 }),
    async message({ conversationId, messageId }) {
      const found = (await scene.messages(conversationId)).filter(message => message.id === messageId)
      return only(found, `messages with the id ${messageId}`)
    },
    async due(horizonMs = 0) {
      return (await store.sweep({ limit: 1000, horizonMs })).due.map(({ conversationId }) => conversationId)
    },
  }
  return scene
}

/** Cases by their sentence. */
export type StoreTests = Readonly<Record<string, (scene: Scene) => Promise<void>>>
