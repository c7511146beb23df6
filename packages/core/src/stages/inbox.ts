import { SwitchboardError } from '../errors.js'
import type {
  Channel,
  IngestEvent,
  IngestOptions,
  IngestResult,
  MergeResult,
  Store,
  WindowRefusal,
} from '../ports/index.js'
import { type GroupPolicy, isForBot, isWindowRefusal } from '../rules/index.js'
import { createBatcher } from '../runtime/batcher.js'
import type { Emit } from '../runtime/events.js'
import type { ChannelEvent, StatusEvent, StoredEvent } from '../vocabulary/index.js'

export interface InboxDependencies {
  readonly store: Store
  readonly channels: ReadonlyMap<string, Channel>
  /** Decides here, before the store: what is not for the bot is stored as such. */
  readonly groups: GroupPolicy
  readonly ingest: IngestOptions
  readonly emit: Emit
  /** Tells the queue; never rejects and is not waited for. */
  wake(conversationId: string, delayMs: number): void
  /** Messages that were parked may leave. Must not throw. */
  released(): void
  /** Messages wait because their window was closed, as a receipt has said. Must not throw. */
  refused(conversationId: string, refusals: readonly WindowRefusal[]): void
  /** A message or the like was stored. Must not throw. */
  heard(event: StoredEvent): void
  /** How many events may wait for their commit before webhooks are refused. */
  readonly maxWaiting: number
}

/** Where events are committed. */
export interface Inbox {
  /**
   * Resolves when every event is committed. Rejects when one is not: the provider then delivers the webhook again, and
   * what was committed is found to be a duplicate. With `store_data` only when no other one failed for another reason.
   */
  accept(events: readonly ChannelEvent[]): Promise<void>
  /** Resolves when nothing waits. */
  idle(): Promise<void>
}

/** First stage: events in, one commit for all that wait, then the wakes. */
export function createInbox(dependencies: InboxDependencies): Inbox {
  const { store, ingest, emit, wake, heard, released, refused, maxWaiting } = dependencies
  const batcher = createBatcher<IngestEvent, IngestResult>({
    run: events => store.ingest(events, ingest),
  })

  async function commit(event: IngestEvent): Promise<void> {
    const result = await batcher.add(addressed(event, dependencies))
    // Before the event itself: who hears of it finds its conversation.
    if (result.kind === 'stored' || result.kind === 'identity') result.merges?.forEach(announceMerge)
    if (result.kind === 'stored') announceStored(event as StoredEvent, result)
    else if (result.kind === 'status' && event.type === 'status') announceStatus(event, result)
  }

  function announceStored(event: StoredEvent, result: Extract<IngestResult, { kind: 'stored' }>): void {
    const { conversationId, messageId, dueInMs, handoffChange, releases } = result
    if (dueInMs !== null) wake(conversationId, dueInMs)
    if (releases) released()
    emit('message.received', { conversationId, messageId, event })
    if (handoffChange) emit('handoff.changed', handoffChange)
    heard(event)
  }

  function announceMerge({ due, handoffChanges, ...merge }: MergeResult): void {
    emit('user.merged', merge)
    for (const change of handoffChanges) emit('handoff.changed', change)
    for (const { conversationId, dueInMs } of due) wake(conversationId, dueInMs)
  }

  function announceStatus(event: StatusEvent, result: Extract<IngestResult, { kind: 'status' }>): void {
    const { advanced, conversationId, messageId, refused: refusals } = result
    if (conversationId === undefined || messageId === undefined) return
    const waits = refusals && isWindowRefusal(event)
    if (advanced && !waits) emit('message.status', { conversationId, messageId, status: event.status })
    if (refusals) refused(conversationId, refusals)
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
      const failed = (await Promise.allSettled(commits)).filter(outcome => outcome.status === 'rejected')
      const [first] = failed
      // What another try can mend decides: data that is refused once is refused for ever.
      if (first) throw (failed.find(({ reason }) => !isRefusedData(reason)) ?? first).reason
    },
    idle: () => batcher.idle(),
  }
}

/** The event, with whether it is for the bot where that is a question. */
function addressed(event: IngestEvent, { channels, groups, emit }: InboxDependencies): IngestEvent {
  if (event.type !== 'message' || event.chat.kind !== 'group') return event
  const self = channels.get(event.channel)?.self?.(event.account) ?? []
  try {
    return { ...event, forBot: isForBot(event, groups, self) }
  } catch (error) {
    // A rule that fails must not keep the message out.
    emit('error', error, 'the rule for groups')
    return { ...event, forBot: isForBot(event, 'mentioned-or-quoted', self) }
  }
}

function isRefusedData(error: unknown): boolean {
  return SwitchboardError.is(error) && error.code === 'store_data'
}
