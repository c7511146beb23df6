import type {
  MessageStatus,
  OutboxItem,
  OutboxOptions,
  SendRecord,
  SendRecordResult,
  SweepOptions,
  SweepResult,
  WindowRefusal,
} from '@switchboard/core'
import type { Call } from './call.js'
import { contentColumns } from './payload.js'
import { type HandoffChangeRow, type OutboxRow, toHandoffChange, toOutboxItem, toRefusals } from './rows.js'

interface SendRecordRow {
  readonly number: number
  readonly status: MessageStatus
  readonly next: OutboxRow | null
  readonly refused: readonly WindowRefusal[] | null
}

export async function recordSends(
  call: Call,
  records: readonly SendRecord[],
): Promise<readonly SendRecordResult[]> {
  if (records.length === 0) return []
  const rows = await call<readonly SendRecordRow[]>('record_sends', records.map(toRecordPayload))
  const byNumber = new Map(rows.map(row => [row.number, row]))
  return records.map(({ id }, number) => {
    const row = byNumber.get(number)
    return {
      id,
      status: row?.status ?? 'unknown',
      ...(row?.next && { next: toOutboxItem(row.next) }),
      ...(row?.refused && row.refused.length > 0 && { refused: toRefusals(row.refused) }),
    }
  })
}

function toRecordPayload(
  { id, attempt, outcome, sendLeaseMs }: SendRecord,
  number: number,
): Readonly<Record<string, unknown>> {
  return {
    number,
    id,
    attempt,
    outcome: outcome.kind,
    provider_id: outcome.kind === 'sent' ? outcome.providerId : undefined,
    error: outcome.kind === 'sent' ? undefined : outcome.error,
    after_ms: 'afterMs' in outcome ? outcome.afterMs : undefined,
    ...(outcome.kind === 'sent' && outcome.content && contentColumns(outcome.content)),
    send_lease_ms: sendLeaseMs,
  }
}

export async function claimSends(call: Call, options: OutboxOptions): Promise<readonly OutboxItem[]> {
  const rows = await call<readonly OutboxRow[] | null>('claim_sends', {
    limit: options.limit,
    send_lease_ms: options.sendLeaseMs,
    resend: options.unknownPolicy === 'resend',
    reconcile_ms: options.reconcileMs,
    max_attempts: options.maxAttempts,
  })
  return (rows ?? []).map(toOutboxItem)
}

interface SweepRow {
  readonly due: SweepResult['due'] | null
  readonly handedBack: readonly HandoffChangeRow[]
  readonly unknown: SweepResult['unknown'] | null
  readonly nextSendInMs: number | null
}

export async function sweep(call: Call, { limit, horizonMs }: SweepOptions): Promise<SweepResult> {
  const row = await call<SweepRow>('sweep', { limit, horizon_ms: horizonMs })
  return {
    due: row.due ?? [],
    handedBack: row.handedBack.map(toHandoffChange),
    unknown: row.unknown ?? [],
    nextSendInMs: row.nextSendInMs,
  }
}
