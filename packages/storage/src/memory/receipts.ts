import { type IngestResult, type StatusEvent, statusAfterReceipt } from '@switchboard/core'
import { applyEarlyAmendments } from './amendments.js'
import { lineKey } from './lines.js'
import { cancelLaterReplies, moveLine } from './outbox.js'
import type { Line, State } from './state.js'

/**
 * Receipts of messages that other tools send on the same account wait for ever: beyond this many messages the oldest
 * are forgotten, so that they cannot fill the memory.
 */
const mostWaiting = 50_000

export function ingestReceipt(state: State, receipt: StatusEvent, now: number): IngestResult {
  const key = lineKey(receipt, receipt.providerId)
  const line = state.lines.get(key) ?? lineOfOutboundId(state, receipt)
  if (!line) {
    keepForLater(state, key, receipt, now)
    return { kind: 'status', advanced: false }
  }
  const advanced = line.author !== 'customer' && applyReceipt(state, line, receipt, now)
  if (line.author !== 'customer') learnProviderId(state, line, receipt.providerId, now)
  return { kind: 'status', advanced, messageId: line.id, conversationId: line.conversation.id }
}

function lineOfOutboundId(state: State, receipt: StatusEvent): Line | undefined {
  const line = receipt.outboundId === undefined ? undefined : state.outboundLines.get(receipt.outboundId)
  const { channel, account } = line?.conversation ?? {}
  return channel === receipt.channel && account === receipt.account ? line : undefined
}

function keepForLater(state: State, key: string, receipt: StatusEvent, now: number): void {
  const waiting = state.waitingReceipts.get(key)
  const dated = { ...receipt, at: receipt.at ?? now }
  if (waiting) waiting.push(dated)
  else state.waitingReceipts.set(key, [dated])
  if (state.waitingReceipts.size <= mostWaiting) return
  const [oldest] = state.waitingReceipts.keys()
  if (oldest !== undefined) state.waitingReceipts.delete(oldest)
}

/** Moves the message as far as the receipt says. Returns whether it moved. */
function applyReceipt(state: State, line: Line, receipt: StatusEvent, now: number): boolean {
  const at = receipt.at ?? now
  if (receipt.status === 'sent') line.sentAt ??= at
  if (receipt.status === 'delivered') line.deliveredAt ??= at
  if (receipt.status === 'read') line.readAt ??= at

  const before = line.status ?? 'sent'
  const after = statusAfterReceipt(before, receipt.status)
  if (after === before) return false
  moveLine(state, line, after, now)
  if (after === 'failed') {
    const { code, message } = receipt.error ?? { code: 'unknown', message: 'the provider gave no reason' }
    line.error = `${code}: ${message}`
    cancelLaterReplies(state, line)
  } else {
    line.error = undefined
  }
  return true
}

/** Notes the provider's id of a message and applies the receipts and amendments that came before it was known. */
export function learnProviderId(state: State, line: Line, providerId: string, now: number): void {
  const key = lineKey(line.conversation, providerId)
  if (line.providerId !== undefined || state.lines.has(key)) return
  line.providerId = providerId
  state.lines.set(key, line)
  applyWaitingReceipts(state, line, now)
  applyEarlyAmendments(state, line, now)
}

/** Applies the receipts that came before the message's provider id was known. */
export function applyWaitingReceipts(state: State, line: Line, now: number): void {
  if (line.providerId === undefined) return
  const key = lineKey(line.conversation, line.providerId)
  const waiting = state.waitingReceipts.get(key)
  if (!waiting) return
  state.waitingReceipts.delete(key)
  for (const receipt of waiting) applyReceipt(state, line, receipt, now)
}
