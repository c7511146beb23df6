import { type Clock, type Store, systemClock } from '@switchboard/core'
import { commitTurns, releaseTurn } from './commits.js'
import { findTarget, toConversation } from './conversations.js'
import { setHandoff } from './handoff.js'
import { ingest } from './inbox.js'
import { addOperatorMessage } from './operator.js'
import { releaseAsTemplate, releaseParked } from './outbox.js'
import { claimPoll, savePoll } from './polls.js'
import { listConversations, listMerges, listMessages, listTurns } from './reading.js'
import { replayTurn } from './replays.js'
import { claimSends, recordSends } from './sends.js'
import { createState } from './state.js'
import { progress, sweep } from './sweep.js'
import { claimTurn, renewLease } from './turns.js'

export interface MemoryStoreOptions {
  /** What time it is. Default: the system's clock. */
  readonly clock?: Pick<Clock, 'now'>
}

/**
 * The reference store: everything in this process's memory, gone with it. For tests and for trying things out; it says
 * in readable form what every other store does.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@switchboard/storage/memory'
 *
 * const store = memoryStore()
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { clock = systemClock } = options
  const state = createState(() => clock.now())
  // Nothing is awaited inside a method, so each one is a transaction.
  return {
    specificationVersion: 'v1',
    name: 'memory',
    init: async () => {},
    close: async () => {},
    ingest: async (events, ingestOptions) => ingest(state, events, ingestOptions),
    claimTurns: async (ids, claimOptions) => ids.map(id => claimTurn(state, id, claimOptions)),
    renewLeases: async (leases, leaseMs) => leases.filter(lease => renewLease(state, lease, leaseMs)),
    commitTurns: async commits => commitTurns(state, commits),
    releaseTurns: async releases => releases.map(release => releaseTurn(state, release)),
    replayTurn: async turnId => replayTurn(state, turnId),
    recordSends: async records => recordSends(state, records),
    claimSends: async outboxOptions => claimSends(state, outboxOptions),
    sweep: async sweepOptions => sweep(state, sweepOptions),
    claimPoll: async lease => claimPoll(state, lease),
    savePoll: async save => savePoll(state, save),
    setHandoff: async (target, request) => setHandoff(state, target, request),
    addOperatorMessage: async (target, message) => addOperatorMessage(state, target, message),
    releaseParked: async (target, { asTemplate } = {}) => {
      const conversation = findTarget(state, target)
      if (!conversation) return undefined
      return asTemplate === undefined
        ? releaseParked(state, conversation, true, clock.now())
        : releaseAsTemplate(state, conversation, asTemplate, clock.now())
    },
    findConversation: async target => {
      const conversation = findTarget(state, target)
      return conversation && toConversation(conversation)
    },
    listConversations: async (page = {}) => listConversations(state, page),
    listMessages: async (conversationId, page = {}) => listMessages(state, conversationId, page),
    listTurns: async filter => listTurns(state, filter),
    listMerges: async (filter = {}) => listMerges(state, filter),
    progress: async () => progress(state),
  }
}
