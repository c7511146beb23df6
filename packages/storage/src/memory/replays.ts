import { botMaySpeak } from '@switchboard/core'
import { fileDue } from './conversations.js'
import { indexAfter } from './lines.js'
import type { ConversationEntry, Line, State, Turn } from './state.js'

export function replayTurn(state: State, turnId: string): { conversationId: string } | undefined {
  const turn = state.turns.get(turnId)
  if (turn?.outcome !== 'parked') return undefined
  const { conversation } = turn
  if (!conversation.replays.includes(turn)) {
    conversation.replays.push(turn)
    conversation.replays.sort((a, b) => a.to - b.to)
  }
  if (botMaySpeak(conversation.handoff)) {
    conversation.dueAt = state.now()
    fileDue(state, conversation)
  }
  return { conversationId: conversation.id }
}

/** The messages of a parked turn. */
export function burstOf(turn: Turn): readonly Line[] {
  if (turn.burst) return turn.burst.filter(line => line.amended.revokedAt === undefined)
  const { lines } = turn.conversation
  const range = lines.slice(indexAfter(lines, turn.from), indexAfter(lines, turn.to))
  return range.filter(line => line.answerable)
}

/** The turn has ended, one way or the other: it waits no longer. */
export function endReplay(conversation: ConversationEntry, turn: Turn): void {
  const place = conversation.replays.indexOf(turn)
  if (place >= 0) conversation.replays.splice(place, 1)
}
