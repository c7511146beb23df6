import type { ClaimedTurn, ClaimOptions, ClaimResult, Lease } from '@switchboard/core'
import { botMaySpeak } from '@switchboard/core'
import { fileDue, toConversation } from './conversations.js'
import { endTurn } from './endings.js'
import { isSpoken, toMessage } from './lines.js'
import { burstOf } from './replays.js'
import type { ConversationEntry, Line, State, Turn } from './state.js'

export function claimTurn(state: State, conversationId: string, options: ClaimOptions): ClaimResult {
  const conversation = state.conversations.get(conversationId)
  if (!conversation || conversation.dueAt === null || !botMaySpeak(conversation.handoff)) {
    return { kind: 'idle', conversationId }
  }
  const now = state.now()
  const freeAt = Math.max(conversation.dueAt, conversation.leaseUntil ?? 0)
  if (freeAt > now) return { kind: 'later', conversationId, dueInMs: freeAt - now }

  const replay = conversation.replays[0]
  const burst = replay ? burstOf(replay) : conversation.unread.slice(0, options.maxBurst)
  const readTo = burst.at(-1)?.position
  if (readTo === undefined) {
    if (replay) endEmptyReplay(state, conversation, replay, now)
    return { kind: 'idle', conversationId }
  }
  if (conversation.attempts >= options.maxAttempts) {
    const { attempts } = conversation
    const error = `gave up after ${attempts} attempts`
    conversation.fence += 1
    const turn = endTurn(state, conversation, {
      outcome: 'parked',
      readTo,
      attempt: attempts,
      claimedAt: now,
      error,
      replay,
      now,
    })
    return { kind: 'parked', conversationId, turnId: turn.id }
  }
  conversation.fence += 1
  conversation.attempts += 1
  conversation.leaseUntil = now + options.leaseMs
  fileDue(state, conversation)
  return toClaimedTurn(conversation, { burst, readTo, replay, history: options.history, now })
}

/** All that the parked turn was about has been taken back. */
function endEmptyReplay(state: State, conversation: ConversationEntry, replay: Turn, now: number): void {
  const { readTo, attempts: attempt } = conversation
  conversation.fence += 1
  endTurn(state, conversation, { outcome: 'silent', readTo, attempt, claimedAt: now, replay, now })
}

interface ClaimedBurst {
  readonly burst: readonly Line[]
  readonly readTo: number
  readonly replay: Turn | undefined
  /** How many other messages to give along. */
  readonly history: number
  readonly now: number
}

function toClaimedTurn(conversation: ConversationEntry, claimed: ClaimedBurst): ClaimedTurn {
  return {
    kind: 'claimed',
    conversationId: conversation.id,
    conversation: toConversation(conversation),
    fence: conversation.fence,
    version: conversation.version,
    readTo: claimed.readTo,
    attempt: conversation.attempts,
    voids: conversation.voids,
    burst: [...claimed.burst].sort(byTimeWritten).map(toMessage),
    history: historyOf(conversation, claimed).map(toMessage),
    claimedAt: claimed.now,
    ...(claimed.replay && { replayOf: claimed.replay.id }),
  }
}

/** As the customer wrote them: deliveries may overtake each other. */
function byTimeWritten(a: Line, b: Line): number {
  return (a.sentAt ?? a.receivedAt) - (b.sentAt ?? b.receivedAt) || a.position - b.position
}

/** What was said, without the burst and without what the customer has said beyond it and nobody has dealt with. */
function historyOf(conversation: ConversationEntry, { burst, readTo, history }: ClaimedBurst): Line[] {
  const { lines } = conversation
  const known = Math.max(readTo, conversation.readTo)
  const answered = new Set(burst)
  const found: Line[] = []
  for (let index = lines.length - 1; index >= 0 && found.length < history; index--) {
    const line = lines[index]
    if (!line || answered.has(line) || !isSpoken(line)) continue
    if (line.author !== 'customer' || line.position <= known) found.push(line)
  }
  return found.reverse()
}

/** The conversation, if the lease on it still holds. */
export function leasedConversation(state: State, lease: Lease, now: number): ConversationEntry | undefined {
  const conversation = state.conversations.get(lease.conversationId)
  if (!conversation || conversation.fence !== lease.fence) return undefined
  return conversation.leaseUntil !== null && conversation.leaseUntil > now ? conversation : undefined
}

/** Prolongs the lease. Returns whether it still held. */
export function renewLease(state: State, lease: Lease, leaseMs: number): boolean {
  const now = state.now()
  const conversation = leasedConversation(state, lease, now)
  if (!conversation) return false
  conversation.leaseUntil = now + leaseMs
  fileDue(state, conversation)
  return true
}
