import { SwitchboardError } from '../errors.js'
import type { IngestEvent, IngestOptions, IngestResult, MergeResult, Store } from '../ports/index.js'
import { createBatcher } from '../runtime/batcher.js'
import type { Emit } from '../runtime/events.js'
import type { ChannelEvent, StoredEvent } from '../vocabulary/index.js'

export interface InboxDependencies {
  readonly store: Store
  readonly ingest: IngestOptions
  readonly emit: Emit
  /** Tells the queue; never rejects and is not waited for. */
  wake(conversationId: string, delayMs: number): void
  /** A message or the like was stored. Must not throw. */
  heard(event: StoredEvent): void
  /** How many events may wait for their commit before webhooks are refused. */
  readonly maxWaiting: number
}

/** Where events are committed. */
export interface Inbox {
  /**
   * Resolves when every event is committed. Rejects when one is not: the provider then delivers the webhook again, and
   * what was committed is found to be a duplicate.
   */
  accept(events: readonly ChannelEvent[]): Promise<void>
  /** Resolves when nothing waits. */
  idle(): Promise<void>
}

/** First stage: events in, one commit for all that wait, then the wakes. */
export function createInbox({ store, ingest, emit, wake, heard, maxWaiting }: InboxDependencies): Inbox {
  const batcher = createBatcher<IngestEvent, IngestResult>({
    run: events => store.ingest(events, ingest),
  })

  async function commit(event: IngestEvent): Promise<void> {
    const result = await batcher.add(event)
    // Before the event itself: who hears of it finds its conversation.
    if (result.kind === 'stored' || result.kind === 'identity') result.merges?.forEach(announceMerge)
    if (result.kind === 'stored') announceStored(event as StoredEvent, result)
    else if (result.kind === 'status' && event.type === 'status') announceStatus(event.status, result)
  }

  function announceStored(event: StoredEvent, result: Extract<IngestResult, { kind: 'stored' }>): void {
    const { conversationId, messageId, dueInMs, handoffChange } = result
    if (dueInMs !== null) wake(conversationId, dueInMs)
    emit('message.received', { conversationId, messageId, event })
    if (handoffChange) emit('handoff.changed', handoffChange)
    heard(event)
  }

  function announceMerge({ due, handoffChanges, ...merge }: MergeResult): void {
    emit('user.merged', merge)
    for (const change of handoffChanges) emit('handoff.changed', change)
    for (const { conversationId, dueInMs } of due) wake(conversationId, dueInMs)
  }

  function announceStatus(
    status: 'sent' | 'delivered' | 'read' | 'failed',
    result: Extract<IngestResult, { kind: 'status' }>,
  ): void {
    const { advanced, conversationId, messageId } = result
    if (advanced && conversationId !== undefined && messageId !== undefined) {
      emit('message.status', { conversationId, messageId, status })
    }
  }

  return {
    async accept(events) {
      // Judged for the webhook as a whole: one that is taken in part would come again for ever.
      if (batcher.waiting >= maxWaiting) {
        const message = `${batcher.waiting} events wait for their commit already; deliver it again later`
        throw new SwitchboardError('overloaded', message, { retryable: true })
      }
      const commits: Promise<void>[] = []
      for (const event of events) {
        if (event.type === 'notice') emit('notice', event)
        else commits.push(commit(event))
      }
      // All are waited for: one that fails must not leave the others without an owner.
      const failed = (await Promise.allSettled(commits)).find(outcome => outcome.status === 'rejected')
      if (failed) throw failed.reason
    },
    idle: () => batcher.idle(),
  }
}
