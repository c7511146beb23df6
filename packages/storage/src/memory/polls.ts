import type { PollLease } from '@switchboard/core'
import { checkId } from './checks.js'
import { clean } from './clean.js'
import type { State } from './state.js'

export function claimPoll(state: State, lease: PollLease): { readonly cursor?: string } | undefined {
  const { channel, owner, leaseMs } = clean(lease)
  checkId(channel, 'channel')
  const now = state.now()
  const known = state.polls.get(channel)
  if (known && known.owner !== owner && known.leaseUntil > now) return undefined
  const cursor = known?.cursor
  state.polls.set(channel, { cursor, owner, leaseUntil: now + leaseMs })
  return cursor === undefined ? {} : { cursor }
}

export function savePoll(state: State, save: PollLease & { readonly cursor?: string }): boolean {
  const { channel, owner, leaseMs, cursor } = clean(save)
  const known = state.polls.get(channel)
  if (known?.owner !== owner) return false
  state.polls.set(channel, { cursor: cursor ?? known.cursor, owner, leaseUntil: state.now() + leaseMs })
  return true
}
