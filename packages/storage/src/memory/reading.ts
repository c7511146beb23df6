import type {
  ConversationSummary,
  Message,
  Page,
  Store,
  TurnOutcome,
  TurnRecord,
  UserMerge,
} from '@switchboard/core'
import { defined } from './clean.js'
import { conversationById, toConversation } from './conversations.js'
import { indexAfter, toMessage } from './lines.js'
import type { ConversationEntry, State } from './state.js'

function pageSize(limit = 50): number {
  return Math.max(0, Math.min(limit, 500))
}

/** Sorts all conversations: a list for people to look at, asked for rarely. */
export function listConversations(state: State, page: Page): readonly ConversationSummary[] {
  const before = page.before ?? Number.POSITIVE_INFINITY
  const size = pageSize(page.limit)
  const found = [...state.conversations.values()]
    .filter(conversation => lastMessageAt(conversation) < before)
    .sort((a, b) => a.lastPosition - b.lastPosition)
  return found.slice(Math.max(0, found.length - size)).map(conversation => ({
    ...toConversation(conversation),
    messageCount: conversation.lines.length,
    ...(conversation.lines.length > 0 && { lastMessageAt: lastMessageAt(conversation) }),
  }))
}

function lastMessageAt({ lastPosition }: ConversationEntry): number {
  return Math.floor(lastPosition / 1000)
}

export function listMessages(state: State, conversationId: string, page: Page): readonly Message[] {
  const lines = conversationById(state, conversationId)?.lines ?? []
  const end = page.before === undefined ? lines.length : indexAfter(lines, page.before - 1)
  return lines.slice(Math.max(0, end - pageSize(page.limit)), end).map(toMessage)
}

export function listTurns(
  state: State,
  filter: { readonly outcome?: TurnOutcome; readonly limit?: number },
): readonly TurnRecord[] {
  const size = pageSize(filter.limit)
  const found: TurnRecord[] = []
  for (const turn of [...state.turns.values()].reverse()) {
    if (found.length >= size) break
    if (filter.outcome !== undefined && turn.outcome !== filter.outcome) continue
    const { id, conversation, outcome, attempts, error, model, startedAt, endedAt } = turn
    const usage = turn.usage && { ...turn.usage }
    const conversationId = conversation.id
    const record = { id, conversationId, outcome, attempts, error, model, usage, startedAt, endedAt }
    found.push(defined<TurnRecord>(record))
  }
  return found
}

export function listMerges(
  state: State,
  { userId, limit }: NonNullable<Parameters<Store['listMerges']>[0]>,
): readonly UserMerge[] {
  return state.merges
    .filter(merge => userId === undefined || merge.userId === userId || merge.mergedUserId === userId)
    .reverse()
    .slice(0, pageSize(limit))
}
