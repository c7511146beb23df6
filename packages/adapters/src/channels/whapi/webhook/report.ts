import type { ChannelEvent, ChannelNotice, Identity } from '@switchboard/core'
import type { Draft } from '../../../values.js'
import { keepRaw } from '../../../webhook/raw.js'
import type { OwnSends } from '../own-sends.js'

/** A webhook, or a page of a chat's history, while it is translated. */
export interface Report {
  readonly channel: string
  /** `channel_id`; the channel's own account when the body names none. */
  readonly account: string
  /** Backfill: stored, never answered. */
  readonly history: boolean
  /** Epoch milliseconds. */
  readonly now: number
  /** Takes note of an address that is ours. */
  readonly learnSelf: (address: unknown) => void
  /** The addresses that are known to be ours. */
  readonly self: () => readonly Identity[]
  /** Absent: all that comes over the API is ours. */
  readonly ownSends: Pick<OwnSends, 'has'> | undefined
  readonly events: ChannelEvent[]
  /** A message over the API that no send of ours explains: one that is still under way may. */
  undecided: boolean
}

/** What belongs to the channel, whatever it translates. */
export type Surroundings = Omit<Report, 'history' | 'events' | 'undecided'>

export function openReport(surroundings: Surroundings, history: boolean): Report {
  return { ...surroundings, history, events: [], undecided: false }
}

/**
 * Passes on what is not a message or a receipt, and every part that could not be read.
 *
 * @param kind the key of the body that it stands under
 */
export function addNotice({ channel, account, events }: Report, kind: string, raw: unknown): void {
  const notice: Draft<ChannelNotice> = { type: 'notice', channel, account, kind }
  keepRaw(notice, raw)
  events.push(notice)
}
