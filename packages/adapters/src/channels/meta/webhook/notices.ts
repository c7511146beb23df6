import type { ChannelNotice } from '@switchboard/core'
import type { Draft } from '../../../values.js'
import { keepRaw } from '../../../webhook/raw.js'
import type { Change } from './change.js'

/**
 * Passes on what is not a message, a receipt or an identity, and every part that could not be read.
 *
 * @param kind Meta's name of it: the change's `field`, or the key of the part within its `value`
 * @param raw the change with its entry's `id` and `time`, or the part alone
 */
export function addNotice(
  change: Pick<Change, 'channel' | 'events' | 'phoneNumberId'>,
  kind: string,
  raw: unknown,
): void {
  const notice: Draft<ChannelNotice> = { type: 'notice', channel: change.channel, kind }
  if (change.phoneNumberId !== undefined) notice.account = change.phoneNumberId
  keepRaw(notice, raw)
  change.events.push(notice)
}
