import {
  type CommitResult,
  type ReleaseResult,
  type ReplyDraft,
  StoreError,
  type TurnCommit,
  type TurnRelease,
} from '@switchboard/core'
import { checkId } from './checks.js'
import { clean } from './clean.js'
import { compose } from './compose.js'
import { fileDue } from './conversations.js'
import { dueInMs, endTurn, freeConversation } from './endings.js'
import { isSpoken } from './lines.js'
import { startNext } from './outbox.js'
import type { ConversationEntry, State } from './state.js'
import { leasedConversation } from './turns.js'

export function commitTurns(state: State, commits: readonly TurnCommit[]): readonly CommitResult[] {
  const cleaned = commits.map(clean)
  checkReplyIds(state, cleaned)
  return cleaned.map(commit => commitTurn(state, commit))
}

/** Which conversation the commit may change, or why it may not. */
function judge(state: State, commit: TurnCommit, now: number): ConversationEntry | 'lost' | 'superseded' {
  const conversation = leasedConversation(state, commit, now)
  if (!conversation) return 'lost'
  return conversation.version === commit.version || commit.acceptNewer ? conversation : 'superseded'
}

/** @throws {StoreError} `store_data` before anything of the call has changed */
function checkReplyIds(state: State, commits: readonly TurnCommit[]): void {
  const ids = new Set<string>()
  const answered = new Set<ConversationEntry>()
  for (const commit of commits) {
    const conversation = judge(state, commit, state.now())
    // The same commit twice is not an error: the second one is lost.
    if (typeof conversation === 'string' || answered.has(conversation)) continue
    answered.add(conversation)
    for (const { id } of commit.replies) {
      checkId(id, 'outbound id')
      if (ids.has(id) || state.outboundLines.has(id)) {
        throw new StoreError('store_data', `The outbound id ${id} is taken: generate one for every message.`)
      }
      ids.add(id)
    }
  }
}

function commitTurn(state: State, commit: TurnCommit): CommitResult {
  const now = state.now()
  const conversation = judge(state, commit, now)
  if (conversation === 'lost') return { kind: 'lost' }
  if (conversation === 'superseded') return supersede(state, commit, now)
  const outcome = commit.replies.length > 0 ? 'answered' : 'silent'
  const replay = commit.replayOf === undefined ? undefined : state.turns.get(commit.replayOf)
  const quotes = commit.replies.map(reply => quoteOf(conversation, reply, commit.readTo))
  const turn = endTurn(state, conversation, { ...commit, outcome, replay, now })

  const free = conversation.outbox.length === 0
  for (const [index, { id, content }] of commit.replies.entries()) {
    const quotedId = quotes[index]
    compose(state, conversation, { outboundId: id, author: 'bot', content, quotedId, turnId: turn.id }, now)
  }
  const send = free ? startNext(state, conversation, now, commit.sendLeaseMs) : undefined
  return {
    kind: 'committed',
    turnId: turn.id,
    outcome,
    dueInMs: dueInMs(conversation, now),
    ...(send && { send }),
  }
}

function supersede(state: State, { conversationId }: TurnCommit, now: number): CommitResult {
  const conversation = state.conversations.get(conversationId)
  if (!conversation) return { kind: 'lost' }
  conversation.voids += 1
  conversation.attempts = 0
  freeConversation(state, conversation, now)
  return { kind: 'superseded', dueInMs: dueInMs(conversation, now) }
}

/** The provider id that the reply quotes: only if it asks for that always, or the conversation has moved on. */
function quoteOf(conversation: ConversationEntry, { quote }: ReplyDraft, readTo: number): string | undefined {
  if (!quote) return undefined
  return quote.always || hasNewer(conversation, readTo, quote.whenNewer) ? quote.providerId : undefined
}

function hasNewer({ lines }: ConversationEntry, position: number, count: number): boolean {
  let found = 0
  for (let index = lines.length - 1; found < count; index--) {
    const line = lines[index]
    if (!line || line.position <= position) return false
    if (isSpoken(line)) found += 1
  }
  return true
}

export function releaseTurn(state: State, release: TurnRelease): ReleaseResult {
  const now = state.now()
  const conversation = leasedConversation(state, release, now)
  if (!conversation) return { kind: 'lost' }
  if (release.next !== 'park') {
    conversation.leaseUntil = null
    conversation.dueAt = now + release.next.retryInMs
    fileDue(state, conversation)
    return { kind: 'released' }
  }
  const turn = endTurn(state, conversation, {
    ...release,
    error: clean(release.error),
    outcome: 'parked',
    replay: release.replayOf === undefined ? undefined : state.turns.get(release.replayOf),
    now,
  })
  return { kind: 'parked', turnId: turn.id, dueInMs: dueInMs(conversation, now) }
}
