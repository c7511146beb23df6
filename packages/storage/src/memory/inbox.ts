import {
  botMaySpeak,
  burstDueAt,
  contentText,
  type HandoffChange,
  type IngestEvent,
  type IngestOptions,
  type IngestResult,
  type StoredEvent,
} from '@switchboard/core'
import { checkEvent } from './checks.js'
import { clean } from './clean.js'
import { fileDue } from './conversations.js'
import { handBackIfIdle, moveHandoff } from './handoff.js'
import { ingestIdentityChange } from './identity-changes.js'
import { addLine, lineKey, livePosition, pastPosition } from './lines.js'
import { conversationOf } from './opening.js'
import { applyWaitingReceipts, ingestReceipt } from './receipts.js'
import type { ConversationEntry, Line, State } from './state.js'

export function ingest(
  state: State,
  events: readonly IngestEvent[],
  options: IngestOptions,
): readonly IngestResult[] {
  // Everything is checked before anything changes: a call is stored as a whole or not at all.
  const cleaned = events.map(event => {
    // No method reads the provider's own objects, so this store does not hold them, whatever `keepRaw` says.
    const { raw: _, ...rest } = event
    const copy: IngestEvent = clean(rest)
    checkEvent(copy)
    return copy
  })
  const now = state.now()
  return cleaned.map(event => {
    switch (event.type) {
      case 'status':
        return ingestReceipt(state, event, now)
      case 'identity':
        return ingestIdentityChange(state, event, now)
      default:
        return ingestLine(state, event, options, now)
    }
  })
}

function ingestLine(state: State, event: StoredEvent, options: IngestOptions, now: number): IngestResult {
  if (state.lines.has(lineKey(event, event.providerId))) return { kind: 'duplicate' }
  const { conversation, merges } = conversationOf(state, event, now)
  const handoffChange = handoffEffect(state, conversation, event, options, now)
  const line = toLine(state, conversation, event, now)
  addLine(state, line)
  if (line.author !== 'customer') applyWaitingReceipts(state, line, now)

  const wakes = line.answerable && botMaySpeak(conversation.handoff)
  if (wakes) extendBurst(state, conversation, line, options, now)
  return {
    kind: 'stored',
    messageId: line.id,
    conversationId: conversation.id,
    dueInMs: wakes && conversation.dueAt !== null ? conversation.dueAt - now : null,
    ...(handoffChange && { handoffChange }),
    ...(merges.length > 0 && { merges }),
  }
}

/** What the event says about who speaks. Before its line is stored: what comes with a handback is for the bot. */
function handoffEffect(
  state: State,
  conversation: ConversationEntry,
  event: StoredEvent,
  { handoffIdleMs }: IngestOptions,
  now: number,
): HandoffChange | undefined {
  if (!isConversational(event)) return undefined
  if (event.author === 'customer') return handBackIfIdle(state, conversation, now)
  return moveHandoff(state, conversation, 'operator-spoke', { reason: 'echo', handoffIdleMs }, now)
}

/** Whether somebody says something now. Reactions, edits, system messages and backfills are only kept. */
function isConversational(event: StoredEvent): boolean {
  return event.type === 'message' && event.content.type !== 'system' && event.history !== true
}

function extendBurst(
  state: State,
  conversation: ConversationEntry,
  line: Line,
  { buffer }: IngestOptions,
  now: number,
): void {
  conversation.unread.push(line)
  conversation.version += 1
  const startedAt = conversation.unread[0]?.receivedAt ?? now
  conversation.dueAt = burstDueAt({ now, startedAt, count: conversation.unread.length }, buffer)
  fileDue(state, conversation)
}

function toLine(state: State, conversation: ConversationEntry, event: StoredEvent, now: number): Line {
  return {
    id: state.nextId('message-'),
    conversation,
    position: event.history ? pastPosition(conversation, now, event.sentAt) : livePosition(conversation, now),
    author: event.author,
    ...wordsOf(event),
    answerable: event.author === 'customer' && isConversational(event),
    senderName: conversation.kind === 'group' ? event.sender?.name : undefined,
    receivedAt: now,
    send: undefined,
    providerId: event.providerId,
    status: event.author === 'operator' ? 'sent' : undefined,
    error: undefined,
    sentAt: event.sentAt,
    deliveredAt: undefined,
    readAt: undefined,
  }
}

function wordsOf(event: StoredEvent): Pick<Line, 'type' | 'text' | 'content' | 'quotedId'> {
  switch (event.type) {
    case 'message':
      return {
        type: event.content.type,
        text: contentText(event.content),
        content: event.content,
        quotedId: event.quotedId,
      }
    case 'reaction':
      return { type: 'reaction', text: event.emoji, content: undefined, quotedId: event.targetId }
    case 'edit':
      return {
        type: 'edit',
        text: contentText(event.content),
        content: event.content.type === 'text' ? undefined : event.content,
        quotedId: event.targetId,
      }
    case 'revoke':
      return { type: 'revoke', text: undefined, content: undefined, quotedId: event.targetId }
  }
}
