import type { StatusEvent, WindowRefusal } from '@switchboard/core'
import { errorOf, lineKey } from './lines.js'
import { isSilenced, laterReplies, moveLine } from './outbox.js'
import type { Line, Send, State } from './state.js'

/**
 * The provider took the message, and says now that its window was closed: it waits, as if it had been refused at once, and what
 * follows it in the same answer waits with it. Its provider id is free for that of the next try; the old one is remembered, so
 * that the same receipt changes nothing when it comes again. Nothing for a message that reached the person or has ended.
 */
export function refuseLine(
  state: State,
  line: Line,
  send: Send,
  receipt: StatusEvent,
  now: number,
): readonly WindowRefusal[] {
  const { providerId } = receipt
  const isOther = line.providerId !== undefined && line.providerId !== providerId
  if (!mayBeRefused(line) || isOther || send.refusedTries.has(providerId)) return []
  const status = statusAfterRefusal(line, send)
  const error = errorOf(receipt)
  send.refusedTries.set(providerId, send.attempt)
  const key = lineKey(line.conversation, providerId)
  state.lines.delete(key)
  state.refusedLines.set(key, line)
  Object.assign(line, { providerId: undefined, sentAt: undefined, error })
  if (status === 'pending') send.deferrals += 1
  moveLine(state, line, status, now)
  const later = status === 'parked' ? parkLaterReplies(state, line, error, now) : []
  return [refusalOf(line, status), ...later]
}

function mayBeRefused({ status }: Line): boolean {
  return status === 'parked' || status === 'pending' || hasLeft(status)
}

function hasLeft(status: Line['status']): boolean {
  return status === 'sending' || status === 'unknown' || status === 'sent'
}

function statusAfterRefusal(line: Line, { startedAt }: Send): WindowRefusal['status'] {
  if (isSilenced(line)) return 'cancelled'
  // What the customer wrote since it left would have released it.
  const { lines } = line.conversation
  const isReleased =
    hasLeft(line.status) &&
    lines
      .slice(lines.indexOf(line) + 1)
      .some(
        ({ answerable, receivedAt }) => answerable && receivedAt > (startedAt ?? Number.POSITIVE_INFINITY),
      )
  return isReleased ? 'pending' : 'parked'
}

/** What has not left waits with the part before it, and keeps its place. */
function parkLaterReplies(state: State, refused: Line, error: string, now: number): readonly WindowRefusal[] {
  const pending = laterReplies(refused).filter(({ status }) => status === 'pending')
  return pending.map(line => {
    line.error ??= error
    moveLine(state, line, 'parked', now)
    return refusalOf(line, 'parked')
  })
}

function refusalOf({ id, author, error }: Line, status: WindowRefusal['status']): WindowRefusal {
  return { messageId: id, author: author === 'bot' ? 'bot' : 'operator', status, error: error ?? '' }
}
