import type { MessageStatus, ReceiptStatus, StatusEvent } from '../vocabulary/index.js'

const receiptRank: Record<MessageStatus, number> = {
  pending: 0,
  sending: 0,
  unknown: 0,
  cancelled: 0,
  parked: 0,
  sent: 1,
  failed: 1,
  delivered: 2,
  read: 3,
}

/**
 * The status after a receipt of the provider. It only moves forward; `delivered` may be skipped; receipts may come in
 * any order. A failure ends a message that was not delivered, and only a later `delivered` or `read` overrules it.
 */
export function statusAfterReceipt(current: MessageStatus, receipt: ReceiptStatus): MessageStatus {
  if (receipt === 'failed') return receiptRank[current] < receiptRank.delivered ? 'failed' : current
  return receiptRank[receipt] > receiptRank[current] ? receipt : current
}

/**
 * Whether a receipt says that the message came outside of its window, although it had been taken: it has not reached anybody,
 * and may be sent again. What one member of a group could not get is no such thing.
 */
export function isWindowRefusal({ status, error, participant }: StatusEvent): boolean {
  return status === 'failed' && error?.scope === 'window' && !participant
}

/** How a send ended, as its sender saw it. */
export type SendOutcome = 'sent' | 'failed' | 'retry' | 'deferred' | 'parked' | 'unknown'

/**
 * The status after a send's own answer. Receipts may have come first: what they said stays. Of an answer that came after
 * the time of the send ran out (`unknown`), only a definite one counts.
 */
export function statusAfterSend(current: MessageStatus, outcome: SendOutcome): MessageStatus {
  const open = current === 'sending' || current === 'unknown'
  switch (outcome) {
    case 'sent':
      return open || isUnsent(current) ? 'sent' : current
    case 'failed':
      return open ? 'failed' : current
    case 'parked':
      return open ? 'parked' : current
    case 'retry':
    case 'deferred':
      return open ? 'pending' : current
    case 'unknown':
      return current === 'sending' ? 'unknown' : current
  }
}

/** Not sent as far as we know: an earlier try may tell otherwise. */
function isUnsent(status: MessageStatus): boolean {
  return status === 'pending' || status === 'cancelled' || status === 'parked'
}
