import { ChannelError, type ChannelErrorOptions } from '../errors.js'
import type { CallOptions, Clock, Polled } from '../ports/index.js'
import type { ChannelEvent } from '../vocabulary/index.js'
import { scriptedDelay } from './wait.js'

/** How one poll ends, after `delayMs` of the clock. */
export type ScriptedPoll = { readonly delayMs?: number } & (
  | { readonly kind: 'found' }
  | ({ readonly kind: 'failed'; readonly message?: string } & Omit<ChannelErrorOptions, 'cause'>)
)

/** What one poll asked, and when by the clock. */
export interface FakePoll {
  readonly cursor: string | undefined
  readonly at: number | undefined
}

/** The most events of one poll. */
const pageSize = 100

/** A provider that has to be asked. The cursor is the number of events that were seen. */
export function fakePolling(clock: Clock | undefined) {
  const events: ChannelEvent[] = []
  const script: ScriptedPoll[] = []
  const polls: FakePoll[] = []

  async function poll(cursor: string | undefined, { signal }: CallOptions = {}): Promise<Polled> {
    polls.push({ cursor, at: clock?.now() })
    const outcome = script.shift() ?? { kind: 'found' }
    await scriptedDelay(clock, outcome.delayMs, signal)
    if (outcome.kind === 'failed') {
      const { kind, delayMs, message = 'fakeChannel: the poll failed, as scripted', ...details } = outcome
      throw new ChannelError('channel_refused', message, details)
    }
    const from = Number(cursor ?? 0)
    const found = events.slice(from, from + pageSize)
    const end = from + found.length
    return { events: found, cursor: `${end}`, more: end < events.length }
  }

  return { events, script, polls, poll }
}
