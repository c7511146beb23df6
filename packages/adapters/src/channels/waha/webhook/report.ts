import type { ChannelEvent, ChannelNotice, Identity } from '@switchboard/core'
import type { Draft } from '../../../values.js'
import type { ChannelMemory } from '../memory.js'
import type { WahaRaw } from './raw.js'

/** One webhook while it is translated: what its parts have in common, and where their events go. */
export interface Report {
  readonly channel: string
  /** The session. */
  readonly account: string
  /** WAHA's name of the event. */
  readonly event: string
  /** Of the webhook: the same each time it is delivered. */
  readonly eventId: string | undefined
  /** When the webhook was made, in epoch milliseconds. */
  readonly at: number | undefined
  /** The addresses of the session's own account. Empty before it is known. */
  readonly me: readonly Identity[]
  /** Epoch milliseconds. */
  readonly now: number
  /** Backfill: stored, never answered. */
  readonly history: boolean
  readonly otherTools: boolean
  readonly memory: ChannelMemory
  readonly raw: WahaRaw | undefined
  readonly events: ChannelEvent[]
  /** A message of our own account that no send of ours explains: one that is still under way may. */
  undecided: boolean
}

/** Passes on what is not a message, a receipt or an identity, and what could not be read. */
export function addNotice({ channel, account, event, raw, events }: Report): void {
  const notice: Draft<ChannelNotice> = { type: 'notice', channel, account, kind: event }
  if (raw) notice.raw = raw
  events.push(notice)
}
