import type { ChannelEvent, ChannelNotice } from '@switchboard/core'
import type { Draft } from '../../../values.js'
import { keepRaw } from '../../../webhook/raw.js'

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
  readonly events: ChannelEvent[]
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
