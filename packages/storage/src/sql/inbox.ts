import type { IngestEvent, IngestOptions, IngestResult, MergeResult, WindowRefusal } from '@switchboard/core'
import { checkEvent } from '../memory/checks.js'
import type { Call } from './call.js'
import { toIngestPayload } from './payload.js'
import { type HandoffChangeRow, toHandoffChange, toRefusals } from './rows.js'

interface MergeRow extends Omit<MergeResult, 'handoffChanges'> {
  readonly handoffChanges: readonly HandoffChangeRow[]
}

/** What is told besides: with the event of that number, or with one of these conversations. */
type ExtraRow =
  | { readonly number: number; readonly kind: 'merged'; readonly merge: MergeRow }
  | { readonly number: number; readonly kind: 'refused'; readonly refused: readonly WindowRefusal[] }
  | { readonly kind: 'released'; readonly conversationIds: readonly string[] }

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
  const rows = await call<readonly (IngestRow | ExtraRow)[]>('ingest', lines, more, {
    quiet_ms: buffer.quietMs,
    max_wait_ms: buffer.maxWaitMs,
    max_count: buffer.maxCount,
    idle_ms: handoffIdleMs,
  })
  const results = events.map(
    (event): IngestResult => ({ kind: event.type === 'identity' ? 'identity' : 'duplicate' }),
  )
  const extras: ExtraRow[] = []
  for (const row of rows) {
    if (isExtra(row)) extras.push(row)
    else results[row.number] = toIngestResult(row)
  }
  for (const extra of extras) addExtra(results, events, extra)
  return results
}

function isExtra(row: IngestRow | ExtraRow): row is ExtraRow {
  return row.kind === 'merged' || row.kind === 'refused' || row.kind === 'released'
}

function addExtra(results: IngestResult[], events: readonly IngestEvent[], extra: ExtraRow): void {
  if (extra.kind === 'released') {
    for (const conversationId of extra.conversationIds) addRelease(results, events, conversationId)
    return
  }
  const result = results[extra.number]
  if (extra.kind === 'refused') {
    if (result?.kind === 'status') results[extra.number] = { ...result, refused: toRefusals(extra.refused) }
  } else if (result?.kind === 'stored' || result?.kind === 'identity') {
    results[extra.number] = { ...result, merges: [...(result.merges ?? []), toMergeResult(extra.merge)] }
  }
}

/** The first message of the customer says it. */
function addRelease(results: IngestResult[], events: readonly IngestEvent[], conversationId: string): void {
  const number = results.findIndex((result, index) => {
    const event = events[index]
    const isTheirs = event?.type === 'message' && event.author === 'customer' && event.history !== true
    return isTheirs && result.kind === 'stored' && result.conversationId === conversationId
  })
  const result = results[number]
  if (result?.kind === 'stored') results[number] = { ...result, releases: true }
}

function toMergeResult({ handoffChanges, ...merge }: MergeRow): MergeResult {
  return { ...merge, handoffChanges: handoffChanges.map(toHandoffChange) }
}

function toIngestResult(row: IngestRow): IngestResult {
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
