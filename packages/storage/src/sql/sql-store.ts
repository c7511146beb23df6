import type { Page, Progress, Store, TurnRecord, UserMerge } from '@switchboard/core'
import { createCall } from './call.js'
import type { Database } from './database.js'
import { toStoreError } from './errors.js'
import { ingest } from './inbox.js'
import { checkSchema, migrate } from './migrate.js'
import { claimSends, recordSends, sweep } from './outbox.js'
import { addOperatorMessage, releaseParked, setHandoff, toTarget } from './people.js'
import { claimPoll, savePoll } from './polls.js'
import {
  type ConversationRow,
  type MessageRow,
  type Nullable,
  type SummaryRow,
  toConversation,
  toMessage,
  toSummary,
  toTurnRecord,
} from './rows.js'
import { claimTurns, commitTurns, releaseTurns, renewLeases } from './turns.js'

export interface SqlStoreOptions {
  readonly name: string
  /** Opened by `init`. */
  readonly database: Database
  /** Bring the schema up to date in `init`, or only check it. */
  readonly migrate: boolean
}

/** A store on the functions of the schema `switchboard`, whatever carries the calls. */
export function createSqlStore({ name, database, migrate: migrates }: SqlStoreOptions): Store {
  const call = createCall(database)
  return {
    specificationVersion: 'v1',
    name,
    async init() {
      try {
        await (migrates ? migrate(database) : checkSchema(database))
      } catch (error) {
        throw toStoreError(error)
      }
    },
    close: () => database.close(),
    ingest: (events, options) => ingest(call, events, options),
    claimTurns: (ids, options) => claimTurns(call, ids, options),
    renewLeases: (leases, leaseMs) => renewLeases(call, leases, leaseMs),
    commitTurns: commits => commitTurns(call, commits),
    releaseTurns: releases => releaseTurns(call, releases),
    async replayTurn(id) {
      return (await call<{ conversationId: string } | null>('replay_turn', { id })) ?? undefined
    },
    recordSends: records => recordSends(call, records),
    claimSends: options => claimSends(call, options),
    sweep: options => sweep(call, options),
    claimPoll: lease => claimPoll(call, lease),
    savePoll: save => savePoll(call, save),
    setHandoff: (target, request) => setHandoff(call, target, request),
    addOperatorMessage: (target, message) => addOperatorMessage(call, target, message),
    releaseParked: (target, options) => releaseParked(call, target, options),
    async findConversation(target) {
      const row = await call<ConversationRow | null>('find_conversation', toTarget(target))
      return row ? toConversation(row) : undefined
    },
    async listConversations(page) {
      return ((await call<readonly SummaryRow[] | null>('list_conversations', toPage(page))) ?? []).map(
        toSummary,
      )
    },
    async listMessages(id, page) {
      const rows = await call<readonly MessageRow[] | null>('list_messages', { id }, toPage(page))
      return (rows ?? []).map(toMessage)
    },
    async listTurns({ outcome, limit }) {
      const filter = { ...toPage(limit === undefined ? {} : { limit }), outcome }
      const rows = await call<readonly Nullable<TurnRecord>[] | null>('list_turns', filter)
      return (rows ?? []).map(toTurnRecord)
    },
    async listMerges({ userId, limit } = {}) {
      const filter = { ...toPage(limit === undefined ? {} : { limit }), user_id: userId }
      return (await call<readonly UserMerge[] | null>('list_merges', filter)) ?? []
    },
    progress: () => call<Progress>('progress'),
  }
}

function toPage({ limit = 50, before }: Page = {}): { limit: number; before: number | undefined } {
  return { limit: Math.max(0, Math.min(limit, 500)), before }
}
