import type {
  ClaimedTurn,
  ClaimOptions,
  ClaimResult,
  CommitResult,
  Lease,
  ReleaseResult,
  TurnCommit,
  TurnOutcome,
  TurnRelease,
} from '@switchboard/core'
import { checkId } from '../memory/checks.js'
import { clean } from '../memory/clean.js'
import type { Call } from './call.js'
import { contentColumns } from './payload.js'
import {
  type AddressRow,
  type ConversationRow,
  type MessageRow,
  toConversation,
  toCustomerAt,
  toMessage,
  toOutboundMessage,
} from './rows.js'

interface ClaimedRow extends Omit<ClaimedTurn, 'kind' | 'conversation' | 'burst' | 'history' | 'replayOf'> {
  readonly conversation: ConversationRow
  readonly replayOf: string | null
  readonly burst: readonly MessageRow[]
  /** Newest first. */
  readonly history: readonly MessageRow[]
}

interface ClaimRows {
  readonly claimed: readonly ClaimedRow[] | null
  readonly parked: readonly { readonly conversationId: string; readonly turnId: string }[]
  readonly later: readonly { readonly conversationId: string; readonly dueInMs: number }[] | null
}

export async function claimTurns(
  call: Call,
  conversationIds: readonly string[],
  { leaseMs, history, maxBurst, maxAttempts }: ClaimOptions,
): Promise<readonly ClaimResult[]> {
  if (conversationIds.length === 0) return []
  const options = { lease_ms: leaseMs, history, max_burst: maxBurst, max_attempts: maxAttempts }
  const rows = await call<ClaimRows>('claim_turns', conversationIds, options)
  const found = new Map<string, ClaimResult>()
  for (const row of rows.claimed ?? []) found.set(row.conversationId, toClaimedTurn(row))
  for (const row of rows.parked) found.set(row.conversationId, { kind: 'parked', ...row })
  for (const row of rows.later ?? []) found.set(row.conversationId, { kind: 'later', ...row })
  return conversationIds.map(conversationId => {
    const result = found.get(conversationId)
    // Named twice: the second one finds it leased.
    if (result?.kind === 'claimed')
      found.set(conversationId, { kind: 'later', conversationId, dueInMs: leaseMs })
    return result ?? { kind: 'idle', conversationId }
  })
}

function toClaimedTurn({ conversation, burst, history, replayOf, ...row }: ClaimedRow): ClaimedTurn {
  return {
    kind: 'claimed',
    ...row,
    conversation: toConversation(conversation),
    burst: burst.map(toMessage),
    history: history.map(toMessage).reverse(),
    ...(replayOf !== null && { replayOf }),
  }
}

export async function renewLeases(
  call: Call,
  leases: readonly Lease[],
  leaseMs: number,
): Promise<readonly Lease[]> {
  if (leases.length === 0) return []
  const payload = leases.map(({ conversationId, fence }, number) => ({
    number,
    conversation_id: conversationId,
    fence,
  }))
  const held = new Set(await call<readonly number[] | null>('renew_leases', payload, { lease_ms: leaseMs }))
  return leases.filter((_, number) => held.has(number))
}

interface CommitRow {
  readonly number: number
  readonly kind: 'committed' | 'superseded'
  readonly turnId: string | null
  readonly outcome: TurnOutcome | null
  readonly dueInMs: number | null
  readonly send: AddressRow | null
}

/** As {@link clean} leaves it: what is sent is what is stored. */
export async function commitTurns(
  call: Call,
  commits: readonly TurnCommit[],
): Promise<readonly CommitResult[]> {
  if (commits.length === 0) return []
  const cleaned = commits.map(clean)
  for (const { id } of cleaned.flatMap(commit => commit.replies)) checkId(id, 'outbound id')
  const rows = await call<readonly CommitRow[] | null>('commit_turns', cleaned.map(toCommitPayload))
  const results = commits.map((): CommitResult => ({ kind: 'lost' }))
  for (const row of rows ?? []) {
    const commit = cleaned[row.number]
    if (commit) results[row.number] = toCommitResult(row, commit)
  }
  return results
}

function toCommitPayload(commit: TurnCommit, number: number): Readonly<Record<string, unknown>> {
  return {
    number,
    conversation_id: commit.conversationId,
    fence: commit.fence,
    version: commit.version,
    read_to: commit.readTo,
    accept_newer: commit.acceptNewer,
    attempt: commit.attempt,
    claimed_at: commit.claimedAt,
    model: commit.model,
    usage: commit.usage,
    send_lease_ms: commit.sendLeaseMs,
    replay_of: commit.replayOf,
    replies: commit.replies.map(({ id, content, quote }) => ({
      id,
      ...contentColumns(content),
      quote_id: quote?.providerId,
      quote_always: quote?.always,
      quote_newer: quote?.whenNewer,
    })),
  }
}

function toCommitResult(row: CommitRow, commit: TurnCommit): CommitResult {
  const { dueInMs, turnId, outcome, send } = row
  if (row.kind === 'superseded' || turnId === null || outcome === null) return { kind: 'superseded', dueInMs }
  const [first] = commit.replies
  if (!send || !first) return { kind: 'committed', turnId, outcome, dueInMs }
  const { conversationId } = commit
  const message = toOutboundMessage(first.id, send, first.content)
  return {
    kind: 'committed',
    turnId,
    outcome,
    dueInMs,
    send: {
      conversationId,
      messageId: first.id,
      author: 'bot',
      attempt: 1,
      ...toCustomerAt(send),
      message,
    },
  }
}

interface ReleaseRow {
  readonly number: number
  readonly kind: 'released' | 'parked'
  readonly turnId?: string
  readonly dueInMs?: number | null
}

export async function releaseTurns(
  call: Call,
  releases: readonly TurnRelease[],
): Promise<readonly ReleaseResult[]> {
  if (releases.length === 0) return []
  const payload = releases.map((release, number) => ({
    number,
    conversation_id: release.conversationId,
    fence: release.fence,
    error: release.error,
    read_to: release.readTo,
    attempt: release.attempt,
    claimed_at: release.claimedAt,
    ...(release.next !== 'park' && {
      retry_in_ms: release.next.retryInMs,
      interrupted: release.next.interrupted,
    }),
    replay_of: release.replayOf,
  }))
  const results = releases.map((): ReleaseResult => ({ kind: 'lost' }))
  for (const { number, turnId, dueInMs } of await call<readonly ReleaseRow[]>('release_turns', payload)) {
    results[number] =
      turnId === undefined ? { kind: 'released' } : { kind: 'parked', turnId, dueInMs: dueInMs ?? null }
  }
  return results
}
