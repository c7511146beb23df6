import {
  type CommitResult,
  type OutboxItem,
  type ReleaseResult,
  type ReplyDraft,
  StoreError,
  type TurnCommit,
  type TurnOutcome,
  type TurnRelease,
} from '@switchboard/core'
import { checkId } from './checks.js'
import { clean } from './clean.js'
import { compose } from './compose.js'
import { conversationById, fileDue } from './conversations.js'
import { dueInMs, endTurn, freeConversation } from './endings.js'
import { isSpoken } from './lines.js'
import { isSilenced, startNext, toOutboxItem } from './outbox.js'
import type { ConversationEntry, Line, State } from './state.js'
import { leasedConversation } from './turns.js'

export function commitTurns(state: State, commits: readonly TurnCommit[]): readonly CommitResult[] {
  const cleaned = commits.map(cleanCommit)
  checkReplyIds(state, cleaned)
  return cleaned.map(commit => commitTurn(state, commit))
}

/** Only what is stored: a caller may hand over more, such as the whole claimed turn. */
function cleanCommit(commit: TurnCommit): TurnCommit {
  const { model, usage } = commit
  return {
    ...commit,
    replies: clean(commit.replies),
    ...(model !== undefined && { model: clean(model) }),
    ...(usage && { usage: clean(usage) }),
  }
}

type Verdict =
  | { readonly kind: 'lost' }
  | { readonly kind: 'valid' | 'superseded'; readonly conversation: ConversationEntry }
  /** It was committed already, and its answer got lost. `line` is its first reply. */
  | { readonly kind: 'repeated'; readonly line: Line }

function judge(state: State, commit: TurnCommit, now: number): Verdict {
  const [first] = commit.replies
  const line = first && state.outboundLines.get(first.id)
  if (line?.author === 'bot' && line.conversation === conversationById(state, commit.conversationId)) {
    return { kind: 'repeated', line }
  }
  const conversation = leasedConversation(state, commit, now)
  if (!conversation) return { kind: 'lost' }
  const valid = conversation.version === commit.version || commit.acceptNewer
  return { kind: valid ? 'valid' : 'superseded', conversation }
}

/** @throws {StoreError} `store_data` before anything of the call has changed */
function checkReplyIds(state: State, commits: readonly TurnCommit[]): void {
  const ids = new Set<string>()
  const answered = new Set<ConversationEntry>()
  for (const commit of commits) {
    const verdict = judge(state, commit, state.now())
    // The same commit twice in a call is no error: the second one repeats the first.
    if (verdict.kind !== 'valid' || answered.has(verdict.conversation)) continue
    answered.add(verdict.conversation)
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
  const verdict = judge(state, commit, now)
  switch (verdict.kind) {
    case 'lost':
      return { kind: 'lost' }
    case 'repeated':
      return repeatResult(state, verdict.line, now)
    case 'superseded':
      return supersede(state, verdict.conversation, now)
    case 'valid':
      return commitReplies(state, verdict.conversation, commit, now)
  }
}

function commitReplies(
  state: State,
  conversation: ConversationEntry,
  commit: TurnCommit,
  now: number,
): CommitResult {
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
  return committed(conversation, turn.id, outcome, send, now)
}

function committed(
  conversation: ConversationEntry,
  turnId: string,
  outcome: TurnOutcome,
  send: OutboxItem | undefined,
  now: number,
): CommitResult {
  return { kind: 'committed', turnId, outcome, dueInMs: dueInMs(conversation, now), ...(send && { send }) }
}

function repeatResult(state: State, line: Line, now: number): CommitResult {
  const { conversation, send, status } = line
  const turn = state.turns.get(send?.turnId ?? '')
  if (!turn) return { kind: 'lost' }
  const underWay = status === 'sending' && send?.attempt === 1 && !isSilenced(line)
  return committed(conversation, turn.id, turn.outcome, underWay ? toOutboxItem(line) : undefined, now)
}

function supersede(state: State, conversation: ConversationEntry, now: number): CommitResult {
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
    if (release.next.interrupted) conversation.attempts -= 1
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
