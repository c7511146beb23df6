import {
  type IngestResult,
  isWindowRefusal,
  type StatusEvent,
  statusAfterReceipt,
  type WindowRefusal,
} from '@switchboard/core'
import { applyEarlyAmendments } from './amendments.js'
import { errorOf, lineKey } from './lines.js'
import { cancelLaterReplies, moveLine } from './outbox.js'
import { refuseLine } from './refusals.js'
import type { Line, State } from './state.js'

/**
 * Receipts of messages that other tools send on the same account wait for ever: beyond this many messages the oldest
 * are forgotten, so that they cannot fill the memory.
 */
const mostWaiting = 50_000

export function ingestReceipt(state: State, receipt: StatusEvent, now: number): IngestResult {
  const key = lineKey(receipt, receipt.providerId)
  const line = state.lines.get(key) ?? state.refusedLines.get(key) ?? lineOfOutboundId(state, receipt)
  if (!line) {
    keepForLater(state, key, receipt, now)
    return { kind: 'status', advanced: false }
  }
  const result = { kind: 'status', messageId: line.id, conversationId: line.conversation.id } as const
  if (line.author === 'customer') return { ...result, advanced: false }
  const followed = followReceipt(state, line, receipt, now)
  const refused = [...followed.refused, ...learnProviderId(state, line, receipt.providerId, now)]
  return { ...result, advanced: followed.advanced, ...(refused.length > 0 && { refused }) }
}

interface Followed {
  readonly advanced: boolean
  readonly refused: readonly WindowRefusal[]
}

/** An echo has no tries: outside of its window it failed, as anything else that fails. */
function followReceipt(state: State, line: Line, receipt: StatusEvent, now: number): Followed {
  if (line.send && isWindowRefusal(receipt)) {
    const refused = refuseLine(state, line, line.send, receipt, now)
    return { advanced: refused.length > 0, refused }
  }
  return { advanced: applyReceipt(state, line, receipt, now), refused: [] }
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
  if (isOfRefusedTry(line, receipt)) return false
  const at = receipt.at ?? now
  if (receipt.status === 'sent') line.sentAt ??= at
  if (receipt.status === 'delivered') line.deliveredAt ??= at
  if (receipt.status === 'read') line.readAt ??= at

  const before = line.status ?? 'sent'
  const after = statusAfterReceipt(before, receipt.status)
  if (after === before) return false
  moveLine(state, line, after, now)
  if (after === 'failed') {
    line.error = errorOf(receipt)
    cancelLaterReplies(state, line)
  } else {
    line.error = undefined
  }
  return true
}

/** What is said of a try that the window refused is not about the next one, unless it reached the person. */
function isOfRefusedTry({ send, providerId }: Line, receipt: StatusEvent): boolean {
  if (receipt.status === 'delivered' || receipt.status === 'read') return false
  return providerId !== receipt.providerId && send?.refusedTries.has(receipt.providerId) === true
}

/**
 * Notes the provider's id of a message and applies the receipts and amendments that came before it was known. Returns what the
 * window has refused.
 */
export function learnProviderId(
  state: State,
  line: Line,
  providerId: string,
  now: number,
): readonly WindowRefusal[] {
  const key = lineKey(line.conversation, providerId)
  if (line.providerId !== undefined || state.lines.has(key)) return []
  const hasArrived = line.status === 'delivered' || line.status === 'read'
  if (line.send?.refusedTries.has(providerId) && !hasArrived) return []
  line.providerId = providerId
  state.lines.set(key, line)
  const refused = applyWaitingReceipts(state, line, now)
  applyEarlyAmendments(state, line, now)
  return refused
}

/** Applies the receipts that came before the message's provider id was known. Returns what the window has refused. */
export function applyWaitingReceipts(state: State, line: Line, now: number): readonly WindowRefusal[] {
  if (line.providerId === undefined) return []
  const key = lineKey(line.conversation, line.providerId)
  const waiting = state.waitingReceipts.get(key)
  if (!waiting) return []
  state.waitingReceipts.delete(key)
  return waiting.flatMap(receipt => followReceipt(state, line, receipt, now).refused)
}
