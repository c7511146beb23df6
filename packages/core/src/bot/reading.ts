import { SwitchboardError } from '../errors.js'
import type { Channel, Clock, ConversationSummary, Page, Progress, Store } from '../ports/index.js'
import type { Conversation, Message, TurnOutcome, TurnRecord, UserMerge } from '../vocabulary/index.js'
import { storeTarget, type Target } from './target.js'
import type { Workers } from './worker.js'

/** How the bot is doing. `ok` is what a load balancer or a supervisor should act on. */
export interface Health {
  readonly ok: boolean
  /** Whether the store answered. */
  readonly store: boolean
  /** Whether work gets done: nothing is overdue for long, and the workers of this process look for work. */
  readonly progress: boolean
  readonly oldestDueMs: number | null
  readonly oldestUnsentMs: number | null
  /** Workers in this process. */
  readonly workers: number
  /**
   * The polled channels that have not answered this process for a minute. They leave `ok` alone: who takes this process
   * out of service for it stops the other channels too.
   */
  readonly failingPolls: readonly string[]
}

/** What can be asked of a bot without changing anything. */
export interface Reading {
  /** `undefined`: nobody with this address has a conversation. */
  conversation(target: Target): Promise<Conversation | undefined>
  /** Newest first. */
  conversations(page?: Page): Promise<readonly ConversationSummary[]>
  /** The newest messages, oldest first. @throws {SwitchboardError} `not_found` */
  messages(target: Target, page?: Page): Promise<readonly Message[]>
  /** Turns that ended, the latest first: `{ outcome: 'parked' }` are those that wait for `replay`. */
  turns(filter?: { readonly outcome?: TurnOutcome; readonly limit?: number }): Promise<readonly TurnRecord[]>
  /** Which users became one, the latest merge first. With `userId` only merges in which this user remained or went. */
  merges(filter?: { readonly userId?: string; readonly limit?: number }): Promise<readonly UserMerge[]>
  /** Looks at the store and the workers of this process. Never rejects. */
  health(): Promise<Health>
}

export interface ReadingDependencies {
  readonly store: Store
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly workers: Pick<Workers, 'current'>
  readonly sweepMs: number
  ready(): Promise<void>
}

/** A poll that fails once is no trouble yet. */
const pollTroubleMs = 60_000

/** Work that is overdue for longer than this many sweeps is not being done. */
const sweepsUntilStuck = 12

export function createReading(dependencies: ReadingDependencies): Reading {
  const { store, channels, clock, workers, sweepMs, ready } = dependencies
  const startedAt = clock.now()

  async function find(target: Target): Promise<Conversation | undefined> {
    await ready()
    return store.findConversation(storeTarget(target, channels))
  }

  function workersLook(): boolean {
    const oldest = clock.now() - sweepsUntilStuck * sweepMs
    return !workers.current || (workers.current.lastSweptAt ?? startedAt) >= oldest
  }

  function failingPolls(): readonly string[] {
    const polls = workers.current?.failingPolls ?? []
    return polls.filter(({ since }) => clock.now() - since >= pollTroubleMs).map(({ channel }) => channel)
  }

  return {
    conversation: find,
    async conversations(page) {
      await ready()
      return store.listConversations(page)
    },
    async messages(target, page) {
      const conversation = await find(target)
      if (!conversation) throw new SwitchboardError('not_found', 'there is no such conversation')
      return store.listMessages(conversation.id, page)
    },
    async turns(filter = {}) {
      await ready()
      return store.listTurns(filter)
    },
    async merges(filter = {}) {
      await ready()
      return store.listMerges(filter)
    },
    async health() {
      const nothing: Progress = { oldestDueMs: null, oldestUnsentMs: null }
      const answer = await ready()
        .then(() => store.progress())
        .catch(() => undefined)
      const { oldestDueMs, oldestUnsentMs } = answer ?? nothing
      const limit = sweepsUntilStuck * sweepMs
      const progress = (oldestDueMs ?? 0) < limit && (oldestUnsentMs ?? 0) < limit && workersLook()
      return {
        ok: answer !== undefined && progress,
        store: answer !== undefined,
        progress,
        oldestDueMs,
        oldestUnsentMs,
        workers: workers.current ? 1 : 0,
        failingPolls: failingPolls(),
      }
    },
  }
}
