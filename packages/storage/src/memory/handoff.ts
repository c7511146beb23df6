import {
  botMaySpeak,
  type ConversationTarget,
  type Handoff,
  type HandoffChange,
  type HandoffEvent,
  type HandoffRequest,
  nextHandoff,
  type Store,
} from '@switchboard/core'
import { fileDue, toConversation } from './conversations.js'
import { openTarget } from './opening.js'
import { cancelPendingOfBot } from './outbox.js'
import type { ConversationEntry, State } from './state.js'

const requestEvents: Record<Handoff, HandoffEvent> = {
  bot: 'handback',
  requested: 'request',
  human: 'takeover',
}

/** Why, by whom, and how long the person may be silent. */
interface HandoffCause {
  readonly reason: HandoffChange['reason']
  readonly by?: string | undefined
  readonly handoffIdleMs: number | null
}

/** Lets the event decide who speaks. `undefined`: the same as before. */
export function moveHandoff(
  state: State,
  conversation: ConversationEntry,
  event: HandoffEvent,
  cause: HandoffCause,
  now: number,
): HandoffChange | undefined {
  const previous = conversation.handoff
  const next = nextHandoff(previous, event)
  if (event === 'takeover' || event === 'operator-spoke') restartIdleTime(state, conversation, cause, now)
  if (next === previous) return undefined

  conversation.handoff = next
  conversation.fence += 1
  conversation.leaseUntil = null
  conversation.attempts = 0
  conversation.voids = 0
  conversation.unread = []
  conversation.dueAt = null
  if (botMaySpeak(next)) {
    conversation.readTo = Math.max(conversation.readTo, conversation.lastPosition)
    if (conversation.replays.length > 0) conversation.dueAt = now
    conversation.idleAt = null
    state.idle.delete(conversation)
  } else {
    cancelPendingOfBot(state, conversation)
  }
  fileDue(state, conversation)
  return {
    conversation: toConversation(conversation),
    previous,
    state: next,
    reason: cause.reason,
    ...(cause.by === undefined ? {} : { by: cause.by }),
  }
}

function restartIdleTime(
  state: State,
  conversation: ConversationEntry,
  { handoffIdleMs }: HandoffCause,
  now: number,
): void {
  conversation.idleAt = handoffIdleMs === null ? null : now + handoffIdleMs
  if (conversation.idleAt === null) state.idle.delete(conversation)
  else state.idle.set(conversation, conversation.idleAt)
}

/** Gives the conversation back to the bot if the person in charge has been silent for too long. */
export function handBackIfIdle(
  state: State,
  conversation: ConversationEntry,
  now: number,
): HandoffChange | undefined {
  if (conversation.idleAt === null || conversation.idleAt > now) return undefined
  return moveHandoff(state, conversation, 'idle', { reason: 'idle', handoffIdleMs: null }, now)
}

export function setHandoff(
  state: State,
  target: ConversationTarget,
  request: HandoffRequest,
): Awaited<ReturnType<Store['setHandoff']>> {
  const conversation = openTarget(state, target)
  if (!conversation) return undefined
  const { by, handoffIdleMs } = request
  const cause = { reason: 'api', by, handoffIdleMs } as const
  const change = moveHandoff(state, conversation, requestEvents[request.state], cause, state.now())
  return { conversation: toConversation(conversation), ...(change && { change }) }
}
