import type { OutboxItem, SendRecord, SendRecordResult } from '../../ports/index.js'
import type { Emit } from '../../runtime/events.js'

/** Tells what became of a send, unless a receipt or a person has made it history. */
export function announce(
  emit: Emit,
  item: OutboxItem,
  outcome: SendRecord['outcome'],
  { status }: SendRecordResult,
): void {
  const { conversationId, messageId, author, attempt } = item
  const report = { conversationId, messageId }
  switch (outcome.kind) {
    case 'sent': {
      // A receipt has said by now that it reached nobody; who received that has told it.
      if (status === 'parked' || status === 'pending' || status === 'sending') return
      const { providerId, content } = outcome
      const details = { ...(providerId !== undefined && { providerId }), ...(content && { content }) }
      emit('message.sent', { ...report, author, attempt, ...details })
      return
    }
    case 'retry':
      if (status === 'pending') {
        emit('message.retrying', { ...report, error: outcome.error, afterMs: outcome.afterMs })
      }
      return
    case 'deferred': {
      const { afterMs, error } = outcome
      if (status !== 'pending') return
      emit('message.deferred', { ...report, afterMs, ...(error !== undefined && { error }) })
      return
    }
    case 'parked':
      if (status !== 'parked') return
      emit('message.parked', { ...report, author, reason: outcome.reason, error: outcome.error })
      return
    default:
      if (status === outcome.kind) emit(`message.${outcome.kind}`, { ...report, error: outcome.error })
  }
}
