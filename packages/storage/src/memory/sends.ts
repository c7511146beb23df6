import {
  contentText,
  type OutboxItem,
  type OutboxOptions,
  type SendRecord,
  type SendRecordResult,
  StoreError,
  statusAfterSend,
  type WindowRefusal,
} from '@switchboard/core'
import { clean } from './clean.js'
import { cancelLaterReplies, isSilenced, moveLine, startNext, startSend, toOutboxItem } from './outbox.js'
import { learnProviderId } from './receipts.js'
import type { Line, State } from './state.js'

export function recordSends(state: State, records: readonly SendRecord[]): readonly SendRecordResult[] {
  const found = records.map(record => ({ record: clean(record), line: lineOf(state, record.id) }))
  return found.map(({ record, line }) => recordSend(state, line, record))
}

/** @throws {StoreError} `store_data` before anything of the call has changed */
function lineOf(state: State, outboundId: string): Line {
  const line = state.outboundLines.get(clean(outboundId))
  if (line) return line
  throw new StoreError(
    'store_data',
    `No message has the outbound id ${outboundId}: record only what the store gave.`,
  )
}

function recordSend(state: State, line: Line, record: SendRecord): SendRecordResult {
  const now = state.now()
  const { outcome } = record
  let refused: readonly WindowRefusal[] = []
  if (outcome.kind === 'sent') {
    if (!isRefusedTry(line, record, outcome)) refused = acceptSend(state, line, outcome, now)
  } else if (record.attempt === line.send?.attempt) {
    failSend(state, line, outcome, now)
  }
  const status = line.status ?? 'sent'
  const next = followUp(state, line, record, now)
  return { id: record.id, status, ...(next && { next }), ...(refused.length > 0 && { refused }) }
}

/** What goes out after the message. A refused one keeps its place: nothing overtakes it, and it does not follow itself. */
function followUp(state: State, line: Line, record: SendRecord, now: number): OutboxItem | undefined {
  if (line.status === 'pending' || line.status === 'sending') return undefined
  const { conversation } = line
  const [first] = conversation.outbox
  const after = first?.send?.after
  if (first?.status === 'sending') {
    // The answer to this record got lost, and with it the message that it gave.
    const again = after?.outboundId === record.id && after.attempt === record.attempt
    return again && !isSilenced(first) ? toOutboxItem(first) : undefined
  }
  const next = startNext(state, conversation, now, record.sendLeaseMs)
  if (next && first?.send) first.send.after = { outboundId: record.id, attempt: record.attempt }
  return next
}

type Sent = Extract<SendRecord['outcome'], { kind: 'sent' }>

/** A receipt has said already that the window refused what this answer says was taken. */
function isRefusedTry({ send }: Line, { attempt }: SendRecord, { providerId }: Sent): boolean {
  const refused = send?.refusedTries ?? new Map<string, number>()
  return providerId === undefined ? [...refused.values()].includes(attempt) : refused.has(providerId)
}

function acceptSend(
  state: State,
  line: Line,
  { providerId, content }: Sent,
  now: number,
): readonly WindowRefusal[] {
  if (content) {
    Object.assign(line, { type: content.type, text: contentText(content), content })
  }
  const before = line.status ?? 'sent'
  const after = statusAfterSend(before, 'sent')
  if (after !== before) {
    moveLine(state, line, after, now)
    line.error = undefined
    line.sentAt ??= now
  }
  return providerId === undefined ? [] : learnProviderId(state, line, providerId, now)
}

function failSend(
  state: State,
  line: Line,
  outcome: Exclude<SendRecord['outcome'], Sent>,
  now: number,
): void {
  const before = line.status ?? 'sent'
  const after = statusAfterSend(before, outcome.kind)
  if (after === before) return
  line.error = outcome.error ?? line.error
  if ((after === 'pending' || after === 'parked') && isSilenced(line)) {
    moveLine(state, line, 'cancelled', now)
    return
  }
  if (outcome.kind === 'deferred' && line.send) line.send.deferrals += 1
  moveLine(state, line, after, 'afterMs' in outcome ? now + outcome.afterMs : now)
  if (after === 'failed') cancelLaterReplies(state, line)
}

export function claimSends(state: State, options: OutboxOptions): readonly OutboxItem[] {
  const now = state.now()
  const items: OutboxItem[] = []
  while (items.length < options.limit) {
    const first = state.sendable.first()
    if (!first || first.time > now) break
    const item = startNext(state, first.item, now, options.sendLeaseMs)
    if (!item) break
    items.push(item)
  }
  if (options.unknownPolicy === 'resend') resendUnknown(state, options, items, now)
  return items
}

function resendUnknown(state: State, options: OutboxOptions, items: OutboxItem[], now: number): void {
  const { limit, maxAttempts, reconcileMs, sendLeaseMs } = options
  for (const { item: line } of state.unknown.until(now - reconcileMs, Number.POSITIVE_INFINITY)) {
    if (items.length >= limit) return
    if (isSilenced(line)) {
      moveLine(state, line, 'cancelled', now)
      continue
    }
    const [earliest] = line.conversation.outbox
    const blocked = earliest !== undefined && earliest.position < line.position
    const { attempt = 0, deferrals = 0 } = line.send ?? {}
    if (blocked || attempt - deferrals >= maxAttempts) continue
    const item = startSend(state, line, now, sendLeaseMs)
    if (item) items.push(item)
  }
}
