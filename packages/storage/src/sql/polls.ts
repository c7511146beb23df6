import type { PollLease, Store } from '@switchboard/core'
import { checkId } from '../memory/checks.js'
import type { Call } from './call.js'

export async function claimPoll(call: Call, lease: PollLease): ReturnType<Store['claimPoll']> {
  checkId(lease.channel, 'channel')
  const row = await call<{ readonly cursor: string | null } | null>('claim_poll', toPayload(lease))
  if (!row) return undefined
  return row.cursor === null ? {} : { cursor: row.cursor }
}

export async function savePoll(
  call: Call,
  save: Parameters<Store['savePoll']>[0],
): ReturnType<Store['savePoll']> {
  return (await call<true | null>('save_poll', { ...toPayload(save), cursor: save.cursor })) ?? false
}

function toPayload({ channel, owner, leaseMs }: PollLease): Readonly<Record<string, unknown>> {
  return { channel, owner, lease_ms: leaseMs }
}
