import type {
  ClaimedTurn,
  ClaimResult,
  CommitResult,
  HandoffChange,
  IngestResult,
  MergeResult,
} from '../../../ports/index.js'
import { saferHandoff } from '../../../rules/index.js'
import type { Handoff, MergedConversation, TurnOutcome } from '../../../vocabulary/index.js'
import { equal, ok, present } from '../../assert.js'
import { reorder } from './reorder.js'

/** One answerable message as it must stand. */
interface Heard {
  readonly messageId: string
  conversationId: string
  /** `open`: nobody has dealt with it · `excused`: a person was in charge · `revoked`: before anybody had. */
  state: 'open' | 'excused' | 'revoked' | TurnOutcome
  turnId?: string
}

/** What must be true of all messages that want an answer, kept beside the store and compared with it. */
export interface AnswerModel {
  readonly parkedTurns: () => readonly string[]
  handoffOf(conversationId: string): Handoff
  conversationIds(): readonly string[]
  /** A line was stored; `answerable`: it wants an answer if the bot may give one. */
  stored(result: Extract<IngestResult, { kind: 'stored' }>, answerable: boolean): void
  /** A message that was stored was amended, by a line of that conversation. Returns whether this is due for that. */
  amended(messageId: string, by: string, conversationId: string): boolean
  /** Two users became one, and what they had on the same account. */
  merged(merge: MergeResult): void
  /** The ids of messages in the order of their conversation. */
  ordered(messageIds: readonly string[]): void
  changed(change: HandoffChange | undefined): void
  claimed(result: ClaimResult, maxBurst: number): void
  /** Whether the turn's lease can still hold. */
  isCurrent(turn: ClaimedTurn): boolean
  /** How much that voids its reply came since the turn was claimed. */
  newerThan(turn: ClaimedTurn): number
  /** The worker of the turn is gone, or its time is over. */
  ended(turn: ClaimedTurn): void
  committed(turn: ClaimedTurn, result: CommitResult, acceptNewer: boolean): void
  parked(turn: ClaimedTurn, turnId: string): void
  replayed(turnId: string): void
  /** Nothing is left to answer. */
  finish(): void
}

export function answerModel(): AnswerModel {
  const handoffs = new Map<string, Handoff>()
  const heard: Heard[] = []
  /** The conversation of everything that voids replies, in order. */
  const voiding: string[] = []
  const fences = new Map<string, number>()
  /** Turns that somebody may still commit, by conversation. */
  const current = new Map<string, { fence: number; heardBefore: number }>()
  /** Revocations that are in another conversation than their message. */
  const astray: { readonly messageId: string; conversationId: string }[] = []
  /** Their conversations. */
  const waitingReplays = new Map<string, string>()

  const handoffOf = (conversationId: string): Handoff => handoffs.get(conversationId) ?? 'bot'
  const openIn = (conversationId: string): Heard[] =>
    heard.filter(message => message.conversationId === conversationId && message.state === 'open')
  const partsOf = (turnId: string): Heard[] =>
    heard.filter(message => message.turnId === turnId && message.state !== 'revoked')
  const replaysIn = (conversationId: string): string[] =>
    [...waitingReplays].flatMap(([turnId, where]) => (where === conversationId ? [turnId] : []))

  function isCurrent(turn: ClaimedTurn): boolean {
    return current.get(turn.conversationId)?.fence === turn.fence
  }

  function newerThan(turn: ClaimedTurn): number {
    const { heardBefore = 0 } = current.get(turn.conversationId) ?? {}
    return voiding.slice(heardBefore).filter(conversationId => conversationId === turn.conversationId).length
  }

  function end(turn: ClaimedTurn, outcome: TurnOutcome, turnId: string): void {
    for (const { id } of turn.burst) {
      const message = present(
        heard.find(candidate => candidate.messageId === id),
        `the message ${id} of a burst`,
      )
      // Somebody took it back too late for a reply that newer messages may no longer void.
      if (message.state === 'revoked') continue
      const before = turn.replayOf === undefined ? 'open' : 'parked'
      equal(message.state, before, `what message ${id} was when turn ${turnId} ended as ${outcome}`)
      Object.assign(message, { state: outcome, turnId })
    }
    if (turn.replayOf !== undefined) {
      equal(turnId, turn.replayOf, 'the turn of a replay')
      waitingReplays.delete(turnId)
    }
    current.delete(turn.conversationId)
  }

  function changed(change: HandoffChange | undefined): void {
    if (!change) return
    const { id } = change.conversation
    equal(change.previous, handoffOf(id), 'the state before a change')
    ok(change.state !== change.previous, 'a change changes something')
    handoffs.set(id, change.state)
    current.delete(id)
    for (const message of openIn(id)) message.state = 'excused'
  }

  /** Makes one conversation of two. Returns what changes for the one that remains: who spoke, and who speaks. */
  function join({ conversationId, mergedConversationId: goneId }: MergedConversation) {
    const previous = handoffOf(conversationId)
    const state = saferHandoff(previous, handoffOf(goneId))
    for (const item of [...heard, ...astray]) {
      if (item.conversationId === goneId) item.conversationId = conversationId
    }
    for (const [turnId, where] of waitingReplays) {
      if (where === goneId) waitingReplays.set(turnId, conversationId)
    }
    for (const id of [conversationId, goneId]) current.delete(id)
    fences.set(conversationId, Math.max(fences.get(conversationId) ?? 0, fences.get(goneId) ?? 0))
    handoffs.delete(goneId)
    handoffs.set(conversationId, state)
    if (state !== 'bot') for (const message of openIn(conversationId)) message.state = 'excused'
    for (const { messageId, conversationId: where } of astray) {
      const message = heard.find(candidate => candidate.messageId === messageId)
      const isOpen = message?.state === 'open' || message?.state === 'parked'
      if (message && message.conversationId === where && isOpen) message.state = 'revoked'
    }
    return state === previous ? undefined : [previous, state, 'merge']
  }

  return {
    parkedTurns: () => [
      ...new Set(heard.flatMap(({ state, turnId }) => (state === 'parked' && turnId ? [turnId] : []))),
    ],
    handoffOf,
    conversationIds: () => [...handoffs.keys()],
    stored(result, answerable) {
      const { conversationId, messageId } = result
      if (!handoffs.has(conversationId)) handoffs.set(conversationId, 'bot')
      changed(result.handoffChange)
      const wakes = answerable && handoffOf(conversationId) === 'bot'
      equal(result.dueInMs !== null, wakes, 'whether a message is due')
      if (!answerable) return
      heard.push({ messageId, conversationId, state: wakes ? 'open' : 'excused' })
      voiding.push(conversationId)
    },
    amended(messageId, by, conversationId) {
      if (!handoffs.has(conversationId)) handoffs.set(conversationId, 'bot')
      const message = heard.find(candidate => candidate.messageId === messageId)
      if (!message || by === 'reaction') return false
      if (message.conversationId !== conversationId) {
        if (by === 'revoke') astray.push({ messageId, conversationId })
        return false
      }
      const { state, turnId = '' } = message
      const waits = state === 'open' || (state === 'parked' && waitingReplays.has(turnId))
      if (by === 'revoke' && (state === 'open' || state === 'parked')) message.state = 'revoked'
      if (!waits || handoffOf(conversationId) !== 'bot') return false
      voiding.push(conversationId)
      const nothingLeft = openIn(conversationId).length === 0 && replaysIn(conversationId).length === 0
      if (nothingLeft) current.delete(conversationId)
      return !nothingLeft
    },
    merged({ conversations, handoffChanges, due }) {
      for (const pair of conversations) {
        const { conversationId } = pair
        const change = handoffChanges.find(({ conversation }) => conversation.id === conversationId)
        equal(
          change && [change.previous, change.state, change.reason],
          join(pair),
          'who speaks after a merge',
        )
        const speaks = handoffOf(conversationId) === 'bot'
        const waits = openIn(conversationId).length > 0 || replaysIn(conversationId).length > 0
        const wakes = due.some(item => item.conversationId === conversationId)
        equal(wakes, speaks && waits, 'whether a merged conversation is due')
      }
    },
    ordered: messageIds => reorder(heard, ({ messageId }) => messageIds.indexOf(messageId)),
    changed,
    claimed(result, maxBurst) {
      const { conversationId } = result
      if (result.kind === 'later') return
      const replays = replaysIn(conversationId)
      if (result.kind === 'idle') {
        const empty = replays.find(id => partsOf(id).length === 0)
        if (empty !== undefined && handoffOf(conversationId) === 'bot') waitingReplays.delete(empty)
        return
      }
      equal(handoffOf(conversationId), 'bot', 'who speaks in a conversation that was claimed')
      const oldest = openIn(conversationId).slice(0, maxBurst)
      if (result.kind === 'parked') {
        current.delete(conversationId)
        if (replays.length > 0) ok(waitingReplays.delete(result.turnId), 'a replay comes before new messages')
        else for (const message of oldest) Object.assign(message, { state: 'parked', turnId: result.turnId })
        return
      }
      equal(result.replayOf !== undefined, replays.length > 0, 'whether a replay is claimed')
      const expected = result.replayOf === undefined ? oldest : partsOf(result.replayOf)
      const ids = result.burst.map(({ id }) => id)
      equal(
        ids,
        expected.map(({ messageId }) => messageId),
        'the burst: the oldest messages without an answer',
      )
      ok(result.fence > (fences.get(conversationId) ?? 0), 'the fence grows with each claim')
      fences.set(conversationId, result.fence)
      current.set(conversationId, { fence: result.fence, heardBefore: voiding.length })
    },
    isCurrent,
    newerThan,
    ended(turn) {
      if (isCurrent(turn)) current.delete(turn.conversationId)
    },
    committed(turn, result, acceptNewer) {
      if (!isCurrent(turn)) {
        equal(result.kind, 'lost', 'the commit of a turn that somebody else may have by now')
        return
      }
      const expected = newerThan(turn) > 0 && !acceptNewer ? 'superseded' : 'committed'
      equal(result.kind, expected, 'the commit of a turn whose lease holds')
      if (result.kind === 'committed') end(turn, result.outcome, result.turnId)
      else current.delete(turn.conversationId)
    },
    parked: (turn, turnId) => end(turn, 'parked', turnId),
    replayed: turnId => void waitingReplays.set(turnId, partsOf(turnId)[0]?.conversationId ?? ''),
    finish() {
      const open = heard.filter(message => message.state === 'open')
      equal(open, [], 'messages that nobody has answered in the end')
      equal([...waitingReplays.keys()], [], 'replays that still wait in the end')
    },
  }
}
