import {
  type AddressedEvent,
  botMaySpeak,
  burstDueAt,
  contentText,
  type HandoffChange,
  type IngestEvent,
  type IngestOptions,
  type IngestResult,
  isSaid,
  type StoredEvent,
} from '@switchboard/core'
import { applyEarlyAmendments, followAmendment } from './amendments.js'
import { checkEvent } from './checks.js'
import { clean } from './clean.js'
import { fileDue } from './conversations.js'
import { handBackIfIdle, moveHandoff } from './handoff.js'
import { ingestIdentityChange } from './identity-changes.js'
import { addLine, isAmendment, lineKey, livePosition, pastPosition } from './lines.js'
import { conversationOf } from './opening.js'
import { releaseParked } from './outbox.js'
import { findUser } from './people.js'
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

function ingestLine(state: State, event: AddressedEvent, options: IngestOptions, now: number): IngestResult {
  if (state.lines.has(lineKey(event, event.providerId))) return { kind: 'duplicate' }
  const { conversation, merges } = conversationOf(state, event, now)
  const said = saysSomething(state, event)
  const handoffChange = said ? handoffEffect(state, conversation, event, options, now) : undefined
  const line = toLine(state, conversation, event, said, now)
  addLine(state, line)
  if (line.author !== 'customer') applyWaitingReceipts(state, line, now)

  const dueAt = followLine(state, line, options, now)
  applyEarlyAmendments(state, line, now)
  const saidAt = event.sentAt ?? (event.history ? undefined : now)
  if (isFromCustomer(event) && saidAt !== undefined) {
    conversation.customerAt = Math.max(conversation.customerAt ?? 0, Math.min(saidAt, now))
  }
  const releases = line.answerable && releaseParked(state, conversation, false, now).length > 0
  return {
    kind: 'stored',
    messageId: line.id,
    conversationId: conversation.id,
    dueInMs: dueAt === null ? null : dueAt - now,
    ...(handoffChange && { handoffChange }),
    ...(releases && { releases }),
    ...(merges.length > 0 && { merges }),
  }
}

/** What a new line makes of the burst. Returns when the conversation is due for it. */
function followLine(state: State, line: Line, options: IngestOptions, now: number): number | null {
  const { conversation } = line
  const mayAnswer = botMaySpeak(conversation.handoff)
  if (line.answerable && mayAnswer) {
    extendBurst(state, conversation, line, options, now)
    return conversation.dueAt
  }
  // Nothing waits: no later turn need look through what people say to each other.
  if (mayAnswer && conversation.unread.length === 0) {
    conversation.readTo = Math.max(conversation.readTo, line.position)
  }
  return isAmendment(line) ? followAmendment(state, line, options.buffer, now) : null
}

/** What the event says about who speaks. Before its line is stored: what comes with a handback is for the bot. */
function handoffEffect(
  state: State,
  conversation: ConversationEntry,
  event: StoredEvent,
  { handoffIdleMs }: IngestOptions,
  now: number,
): HandoffChange | undefined {
  if (event.author === 'customer') return handBackIfIdle(state, conversation, now)
  return moveHandoff(state, conversation, 'operator-spoke', { reason: 'echo', handoffIdleMs }, now)
}

/** Whether somebody says something now, to the bot if it is a customer. */
function saysSomething(state: State, event: AddressedEvent): boolean {
  const said = isSaid(event)
  if (said !== 'if-quoted') return said
  const { quotedId } = event.type === 'message' ? event : {}
  const quoted = quotedId === undefined ? undefined : state.lines.get(lineKey(event, quotedId))
  return quoted !== undefined && quoted.author !== 'customer'
}

/** Whether the customer writes, now or when this was backfilled: it opens the channel's window. */
function isFromCustomer(event: StoredEvent): boolean {
  return event.author === 'customer' && event.type === 'message' && event.content.type !== 'system'
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

function toLine(
  state: State,
  conversation: ConversationEntry,
  event: StoredEvent,
  said: boolean,
  now: number,
): Line {
  return {
    id: state.nextId('message-'),
    conversation,
    position: event.history ? pastPosition(conversation, now, event.sentAt) : livePosition(conversation, now),
    author: event.author,
    ...wordsOf(event),
    answerable: said && event.author === 'customer',
    senderName: conversation.kind === 'group' ? event.sender?.name : undefined,
    senderId: conversation.kind === 'group' ? senderIdOf(state, event) : undefined,
    amended: {},
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

function senderIdOf(state: State, { channel, sender }: StoredEvent): string | undefined {
  return sender && findUser(state, channel, sender.identities)?.id
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
        content: event.content,
        quotedId: event.targetId,
      }
    case 'revoke':
      return { type: 'revoke', text: undefined, content: undefined, quotedId: event.targetId }
  }
}
