import type { Message, StatusEvent } from '@switchboard/core'
import { clean, defined } from './clean.js'
import { type ConversationEntry, keyOf, type Line, type State } from './state.js'

/** Where a live message goes: behind all others. */
export function livePosition(conversation: ConversationEntry, now: number): number {
  return Math.max(conversation.lastPosition + 1, Math.round(now * 1000))
}

/** Where a backfilled message goes: at the time at which it was written, or as close behind it as is free. */
export function pastPosition(
  conversation: ConversationEntry,
  now: number,
  sentAt: number | undefined,
): number {
  let position = Math.round(Math.max(0, Math.min(sentAt ?? now, now)) * 1000)
  for (let index = indexAfter(conversation.lines, position - 1); ; index++) {
    if (conversation.lines[index]?.position !== position) return position
    position += 1
  }
}

/** The index of the first line beyond the position. */
export function indexAfter(lines: readonly Line[], position: number): number {
  // Nearly always the question is about the end.
  let high = lines.length
  if ((lines[high - 1]?.position ?? 0) <= position) return high
  let low = 0
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.position ?? 0) <= position) low = middle + 1
    else high = middle
  }
  return low
}

export function addLine(state: State, line: Line): void {
  const { conversation } = line
  conversation.lines.splice(indexAfter(conversation.lines, line.position), 0, line)
  conversation.lastPosition = Math.max(conversation.lastPosition, line.position)
  if (line.send) state.outboundLines.set(line.send.outboundId, line)
  if (line.providerId !== undefined) state.lines.set(lineKey(conversation, line.providerId), line)
}

export function lineKey(
  place: { readonly channel: string; readonly account: string },
  providerId: string,
): string {
  return keyOf(place.channel, place.account, providerId)
}

/** Whether it is part of what was said: reactions and the like are not, nor what never reached the person. */
export function isSpoken(line: Line): boolean {
  if (isAmendment(line)) return false
  return line.status !== 'failed' && line.status !== 'cancelled'
}

/** Whether it is about another message. */
export function isAmendment(line: Pick<Line, 'type'>): boolean {
  return line.type === 'reaction' || line.type === 'edit' || line.type === 'revoke'
}

/** Nobody gets the words of a revoked message. */
function toOriginal({ amended: { original, revokedAt } }: Line): Message['original'] | undefined {
  if (!original || revokedAt !== undefined) return undefined
  return defined<NonNullable<Message['original']>>({ text: original.text, content: clean(original.content) })
}

export function toMessage(line: Line): Message {
  return defined<Message>({
    id: line.id,
    conversationId: line.conversation.id,
    position: line.position,
    direction: line.author === 'customer' ? 'inbound' : 'outbound',
    author: line.author,
    type: line.type,
    text: line.text,
    content: clean(line.content),
    editedAt: line.amended.editedAt,
    original: toOriginal(line),
    revokedAt: line.amended.revokedAt,
    reactions: clean(line.amended.reactions),
    providerId: line.providerId,
    quotedId: line.quotedId,
    status: line.status,
    error: line.error,
    senderName: line.senderName,
    sentAt: line.sentAt,
    receivedAt: line.receivedAt,
    deliveredAt: line.deliveredAt,
    readAt: line.readAt,
  })
}

/** The form in which a message keeps why it failed. */
export function errorOf({ error }: StatusEvent): string {
  const { code, message } = error ?? { code: 'unknown', message: 'the provider gave no reason' }
  return `${code}: ${message}`
}
