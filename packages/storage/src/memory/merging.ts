import {
  botMaySpeak,
  type HandoffChange,
  type MergeResult,
  saferHandoff,
  type UserMerge,
} from '@switchboard/core'
import { applyMergedAmendments } from './amendments.js'
import { fileDue, toConversation } from './conversations.js'
import { dueInMs } from './endings.js'
import { cancelPendingOfBot, fileSendable } from './outbox.js'
import { leaveAddress } from './people.js'
import { burstOf } from './replays.js'
import { type ConversationEntry, keyOf, type Line, type State, type UserEntry } from './state.js'

/** Makes one user of two: the older one remains. */
export function mergeUsers(
  state: State,
  one: UserEntry,
  other: UserEntry,
  reason: UserMerge['reason'],
  now: number,
): { readonly user: UserEntry; readonly merge: MergeResult } {
  const [user, gone] = byAge(one, other)
  const addresses = [...user.addresses, ...gone.addresses].sort(([, a], [, b]) => a.number - b.number)
  user.addresses.clear()
  for (const [key, address] of addresses) {
    state.identities.set(key, user)
    user.addresses.set(key, address)
  }
  for (const [key, at] of gone.former) leaveAddress(user, key, at)
  for (const key of user.addresses.keys()) user.former.delete(key)
  user.name ??= gone.name
  user.phone ??= gone.phone

  renameSender(state, gone.id, user.id, now)
  const merged = [...state.conversations.values()]
    .filter(conversation => conversation.user === gone)
    .map(conversation => adopt(state, user, conversation, now))
    .filter(result => result !== undefined)
  const merge: UserMerge = {
    userId: user.id,
    mergedUserId: gone.id,
    reason,
    at: now,
    conversations: merged.map(({ kept, goneId }) => ({
      conversationId: kept.id,
      mergedConversationId: goneId,
    })),
  }
  state.merges.push(merge)
  const due = merged.flatMap(({ kept }) => {
    const ms = dueInMs(kept, now)
    return ms === null ? [] : [{ conversationId: kept.id, dueInMs: ms }]
  })
  const handoffChanges = merged.flatMap(({ change }) => (change ? [change] : []))
  return { user, merge: { ...merge, due, handoffChanges } }
}

/** In groups: of two reactions of one person to the same message only the newer one counts. */
function renameSender(state: State, goneId: string, userId: string, now: number): void {
  for (const conversation of state.conversations.values()) {
    const lines = conversation.lines.filter(({ senderId }) => senderId === goneId)
    for (const line of lines) line.senderId = userId
    if (lines.length > 0) applyMergedAmendments(state, conversation, now)
  }
}

function byAge<Item extends { readonly id: string }>(one: Item, other: Item): [Item, Item] {
  const age = ({ id }: Item) => Number(id.slice(id.lastIndexOf('-') + 1))
  return age(one) < age(other) ? [one, other] : [other, one]
}

interface Adoption {
  readonly kept: ConversationEntry
  readonly goneId: string
  readonly change: HandoffChange | undefined
}

/** Hands a conversation over to the user, or merges it with the one that they have on that account. */
function adopt(
  state: State,
  user: UserEntry,
  conversation: ConversationEntry,
  now: number,
): Adoption | undefined {
  const { channel, account } = conversation
  if (conversation.user) state.chats.delete(keyOf(channel, account, 'direct', conversation.user.id))
  const key = keyOf(channel, account, 'direct', user.id)
  const own = state.chats.get(key)
  conversation.user = user
  if (!own) {
    state.chats.set(key, conversation)
    return undefined
  }
  const [kept, gone] = byAge(own, conversation)
  state.chats.set(key, kept)
  return { kept, goneId: gone.id, change: mergeConversations(state, kept, gone, now) }
}

function mergeConversations(
  state: State,
  kept: ConversationEntry,
  gone: ConversationEntry,
  now: number,
): HandoffChange | undefined {
  const previous = kept.handoff
  settleParked(state, kept, gone)
  moveLines(kept, gone)
  kept.handoff = saferHandoff(previous, gone.handoff)
  kept.idleAt = laterIdle(kept, [previous, kept.idleAt], [gone.handoff, gone.idleAt])
  kept.fence = Math.max(kept.fence, gone.fence) + 1
  kept.version = Math.max(kept.version, gone.version) + 1
  kept.leaseUntil = null
  kept.attempts = 0
  kept.voids = 0
  const speaks = botMaySpeak(kept.handoff)
  kept.unread = speaks ? [...kept.unread, ...gone.unread].sort(byPosition) : []
  const waits = kept.unread.length > 0 || kept.replays.length > 0
  const dues = [kept.dueAt, gone.dueAt].filter(due => due !== null)
  kept.dueAt = speaks && waits ? Math.min(...(dues.length > 0 ? dues : [now])) : null

  state.conversations.delete(gone.id)
  for (const [id, target] of state.mergedConversations) {
    if (target === gone.id) state.mergedConversations.set(id, kept.id)
  }
  state.mergedConversations.set(gone.id, kept.id)
  for (const index of [state.due, state.idle, state.sendable]) index.delete(gone)
  if (kept.idleAt === null) state.idle.delete(kept)
  else state.idle.set(kept, kept.idleAt)
  fileDue(state, kept)
  fileSendable(state, kept)
  applyMergedAmendments(state, kept, now)
  if (!speaks) cancelPendingOfBot(state, kept)
  if (kept.handoff === previous) return undefined
  return { conversation: toConversation(kept), previous, state: kept.handoff, reason: 'merge' }
}

/** Notes the bursts of parked turns, message by message, and moves the turns. */
function settleParked(state: State, kept: ConversationEntry, gone: ConversationEntry): void {
  for (const turn of state.turns.values()) {
    if (turn.conversation !== kept && turn.conversation !== gone) continue
    if (turn.outcome === 'parked') turn.burst = burstOf(turn)
    turn.conversation = kept
  }
  kept.replays.push(...gone.replays)
  kept.replays.sort((a, b) => a.to - b.to)
}

/**
 * Puts the lines of both in the order of their positions. The mark goes back to the one that had read less; what the other
 * had read beyond it asks for no answer any more.
 */
function moveLines(kept: ConversationEntry, gone: ConversationEntry): void {
  const readTo = Math.min(kept.readTo, gone.readTo)
  for (const line of kept.lines) {
    if (line.position <= kept.readTo && line.position > readTo) line.answerable = false
  }
  const taken = new Set(kept.lines.map(line => line.position))
  let last = -1
  for (const line of gone.lines) {
    const wasRead = line.position <= gone.readTo
    line.conversation = kept
    line.position = Math.max(line.position, last + 1)
    while (taken.has(line.position)) line.position += 1
    last = line.position
    if (wasRead && line.position > readTo) line.answerable = false
  }
  kept.lines.push(...gone.lines)
  kept.lines.sort(byPosition)
  for (const line of gone.parked) kept.parked.add(line)
  kept.customerAt = Math.max(kept.customerAt ?? 0, gone.customerAt ?? 0) || undefined
  kept.outbox.push(...gone.outbox)
  kept.outbox.sort(byPosition)
  if (gone.lastPosition > kept.lastPosition) kept.peer = gone.peer
  kept.lastPosition = kept.lines.at(-1)?.position ?? 0
  kept.readTo = readTo
}

/** The later end of the hands that the conversation is in; `null` never ends. */
function laterIdle(
  { handoff }: ConversationEntry,
  ...sides: readonly (readonly [ConversationEntry['handoff'], number | null])[]
): number | null {
  if (handoff !== 'human') return null
  const ends = sides.filter(([state]) => state === 'human').map(([, idleAt]) => idleAt)
  return ends.reduce<number | null>((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0)
}

function byPosition(a: Line, b: Line): number {
  return a.position - b.position
}
