import { contentText, type OutboundContent } from '@switchboard/core'
import { addLine, livePosition } from './lines.js'
import { moveLine } from './outbox.js'
import type { ConversationEntry, Line, State } from './state.js'

/** A message of ours, before it has a place. */
export interface Composition {
  readonly outboundId: string
  readonly author: 'bot' | 'operator'
  readonly content: OutboundContent
  readonly quotedId: string | undefined
  readonly turnId: string | undefined
}

/** Puts a message of ours behind all others of its conversation, to go out now. */
export function compose(
  state: State,
  conversation: ConversationEntry,
  composition: Composition,
  now: number,
): Line {
  const { outboundId, author, content, quotedId, turnId } = composition
  const line: Line = {
    id: state.nextId('message-'),
    conversation,
    position: livePosition(conversation, now),
    author,
    type: content.type,
    answerable: false,
    text: contentText(content),
    content,
    quotedId,
    senderName: undefined,
    senderId: undefined,
    amended: {},
    receivedAt: now,
    send: {
      outboundId,
      content,
      turnId,
      attempt: 0,
      deferrals: 0,
      release: undefined,
      startedAt: undefined,
      refusedTries: new Map(),
      after: undefined,
      at: now,
    },
    providerId: undefined,
    status: 'pending',
    error: undefined,
    sentAt: undefined,
    deliveredAt: undefined,
    readAt: undefined,
  }
  addLine(state, line)
  moveLine(state, line, 'pending', now)
  return line
}
