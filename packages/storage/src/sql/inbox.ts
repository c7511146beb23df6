import type { IngestEvent, IngestOptions, IngestResult } from '@switchboard/core'
import { checkEvent } from '../memory/checks.js'
import type { Call } from './call.js'
import { toIngestPayload } from './payload.js'
import { type HandoffChangeRow, toHandoffChange } from './rows.js'

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
  const rows = await call<readonly IngestRow[]>('ingest', lines, more, {
    quiet_ms: buffer.quietMs,
    max_wait_ms: buffer.maxWaitMs,
    max_count: buffer.maxCount,
    idle_ms: handoffIdleMs,
  })
  const results = events.map(
    (event): IngestResult => ({ kind: event.type === 'identity' ? 'identity' : 'duplicate' }),
  )
  for (const row of rows) results[row.number] = toIngestResult(row)
  return results
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
