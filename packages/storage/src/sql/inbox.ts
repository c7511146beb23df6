import type { IngestEvent, IngestOptions, IngestResult, MergeResult } from '@switchboard/core'
import { checkEvent } from '../memory/checks.js'
import type { Call } from './call.js'
import { toIngestPayload } from './payload.js'
import { type HandoffChangeRow, toHandoffChange } from './rows.js'

interface MergeRow extends Omit<MergeResult, 'handoffChanges'> {
  readonly handoffChanges: readonly HandoffChangeRow[]
}

type IngestRow = { readonly number: number } & (
  | {
      readonly kind: 'stored'
      readonly messageId: string
      readonly conversationId: string
      readonly dueInMs: number | null
      readonly handoffChange?: HandoffChangeRow | null
    }
  | {
      readonly kind: 'status'
      readonly advanced: boolean
      readonly messageId: string | null
      readonly conversationId: string | null
    }
  | { readonly kind: 'identity'; readonly userId: string }
  | { readonly kind: 'merged'; readonly merge: MergeRow }
)

export async function ingest(
  call: Call,
  events: readonly IngestEvent[],
  { buffer, handoffIdleMs, keepRaw }: IngestOptions,
): Promise<readonly IngestResult[]> {
  if (events.length === 0) return []
  for (const event of events) checkEvent(event)
  const { lines, receipts, changes } = toIngestPayload(events, keepRaw)
  const more = {
    ...(receipts.length > 0 && { receipts }),
    ...(changes.length > 0 && { changes }),
  }
  const rows = await call<readonly IngestRow[]>('ingest', lines, more, {
    quiet_ms: buffer.quietMs,
    max_wait_ms: buffer.maxWaitMs,
    max_count: buffer.maxCount,
    idle_ms: handoffIdleMs,
  })
  const results = events.map(
    (event): IngestResult => ({ kind: event.type === 'identity' ? 'identity' : 'duplicate' }),
  )
  const merges = new Map<number, MergeResult[]>()
  for (const row of rows) {
    if (row.kind !== 'merged') results[row.number] = toIngestResult(row)
    else merges.set(row.number, [...(merges.get(row.number) ?? []), toMergeResult(row.merge)])
  }
  for (const [number, ofEvent] of merges) {
    const result = results[number]
    if (result?.kind === 'stored' || result?.kind === 'identity')
      results[number] = { ...result, merges: ofEvent }
  }
  return results
}

function toMergeResult({ handoffChanges, ...merge }: MergeRow): MergeResult {
  return { ...merge, handoffChanges: handoffChanges.map(toHandoffChange) }
}

function toIngestResult(row: Exclude<IngestRow, { kind: 'merged' }>): IngestResult {
  switch (row.kind) {
    case 'stored': {
      const { kind, messageId, conversationId, dueInMs, handoffChange } = row
      const result = { kind, messageId, conversationId, dueInMs }
      return handoffChange ? { ...result, handoffChange: toHandoffChange(handoffChange) } : result
    }
    case 'status': {
      const { kind, advanced, messageId, conversationId } = row
      if (messageId === null || conversationId === null) return { kind, advanced }
      return { kind, advanced, messageId, conversationId }
    }
    case 'identity':
      return { kind: 'identity', userId: row.userId }
  }
}
