import type { TurnOutcome, Usage } from '@switchboard/core'
import { fileDue } from './conversations.js'
import { indexAfter } from './lines.js'
import { endReplay } from './replays.js'
import type { ConversationEntry, State, Turn } from './state.js'

/** How a turn ended. */
export interface Ending {
  readonly outcome: TurnOutcome
  /** Position of the last message of the burst. */
  readonly readTo: number
  readonly attempt: number
  readonly claimedAt: number
  readonly error?: string | undefined
  readonly model?: string | undefined
  readonly usage?: Usage | undefined
  /** The parked turn that was answered again. */
  readonly replay: Turn | undefined
  readonly now: number
}

/** Writes the turn's record, marks its burst as read and frees the conversation. */
export function endTurn(state: State, conversation: ConversationEntry, ending: Ending): Turn {
  const turn: Turn = {
    id: ending.replay?.id ?? state.nextId('turn-'),
    conversation,
    from: ending.replay?.from ?? conversation.readTo,
    to: ending.replay?.to ?? ending.readTo,
    burst: ending.replay?.burst,
    outcome: ending.outcome,
    attempts: ending.attempt,
    error: ending.error,
    model: ending.model,
    usage: ending.usage,
    startedAt: ending.claimedAt,
    endedAt: ending.now,
  }
  if (ending.replay) endReplay(conversation, ending.replay)
  // Deleted first, so that the map stays in the order of the endings.
  state.turns.delete(turn.id)
  state.turns.set(turn.id, turn)

  // What a replay answers was read before; in a merged conversation newer messages may lie before it.
  if (!ending.replay) conversation.readTo = Math.max(conversation.readTo, ending.readTo)
  conversation.unread = conversation.unread.slice(indexAfter(conversation.unread, conversation.readTo))
  conversation.attempts = 0
  conversation.voids = 0
  freeConversation(state, conversation, ending.now)
  return turn
}

/** Ends the lease. What is left to answer stays due. */
export function freeConversation(state: State, conversation: ConversationEntry, now: number): void {
  conversation.leaseUntil = null
  const waits = conversation.unread.length > 0 || conversation.replays.length > 0
  conversation.dueAt = waits ? (conversation.dueAt ?? now) : null
  fileDue(state, conversation)
}

/** Time until the conversation is due. */
export function dueInMs({ dueAt }: ConversationEntry, now: number): number | null {
  return dueAt === null ? null : Math.max(0, dueAt - now)
}
