import {
  type BufferPolicy,
  botMaySpeak,
  burstDueAt,
  type Content,
  contentText,
  editedContent,
  type Reaction,
} from '@switchboard/core'
import { fileDue } from './conversations.js'
import { isAmendment, lineKey } from './lines.js'
import { type ConversationEntry, keyOf, type Line, type State, type Turn } from './state.js'

/**
 * The effect of a stored edit, revocation or reaction. Returns when the conversation is due now, if its burst has changed.
 *
 * @param amendment its line
 */
export function followAmendment(
  state: State,
  amendment: Line,
  buffer: BufferPolicy,
  now: number,
): number | null {
  const target = noteAmendment(state, amendment)
  return target ? amendLine(state, target, buffer, now) : null
}

/** The effect of a reaction of ours whose status has changed: only what has been sent shows. */
export function followOwnReaction(state: State, reaction: Line): void {
  const target = noteAmendment(state, reaction)
  // No burst is changed by it, so nothing is due.
  if (target) amendLine(state, target, undefined, 0)
}

/** @returns the line that it is about, if that is known */
function noteAmendment(state: State, amendment: Line): Line | undefined {
  const key = lineKey(amendment.conversation, amendment.quotedId ?? '')
  const known = state.amendments.get(key)
  if (!known) state.amendments.set(key, [amendment])
  else if (!known.includes(amendment)) known.push(amendment)
  return state.lines.get(key)
}

/** Makes a message that has just become known what the amendments before it say. Its burst stays due as it is. */
export function applyEarlyAmendments(state: State, line: Line, now: number): void {
  amendLine(state, line, undefined, now)
}

/** Makes the messages of a conversation what its amendments say, after conversations or their people were merged. */
export function applyMergedAmendments(state: State, conversation: ConversationEntry, now: number): void {
  for (const { quotedId } of conversation.lines.filter(isAmendment)) {
    const target = state.lines.get(lineKey(conversation, quotedId ?? ''))
    if (target?.conversation === conversation) amendLine(state, target, undefined, now)
  }
}

/** Makes a message what all amendments of it say, in whatever order they came. */
function amendLine(state: State, line: Line, buffer: BufferPolicy | undefined, now: number): number | null {
  const known = state.amendments.get(lineKey(line.conversation, line.providerId ?? ''))
  const amendments = known?.filter(({ conversation }) => conversation === line.conversation) ?? []
  if (amendments.length === 0 || isAmendment(line)) return null
  const says = () => JSON.stringify([line.text, line.content, line.amended.revokedAt])
  const before = says()
  const waits = isInBurst(line)
  rewrite(line, amendments)
  if (!waits || says() === before) return null
  return changeBurst(state, line, buffer, now)
}

function rewrite(line: Line, amendments: readonly Line[]): void {
  const { type, text, content } = line.amended.original ?? line
  const original = { type, text, content }
  const revocations = amendments.filter(amendment => amendment.type === 'revoke')
  if (revocations.length > 0) {
    const revokedAt = Math.min(...revocations.map(writtenAt))
    const edits = amendments.filter(amendment => amendment.type === 'edit')
    for (const emptied of [line, ...edits]) Object.assign(emptied, { text: undefined, content: undefined })
    Object.assign(line, { type, answerable: false, amended: { revokedAt, original } })
    return
  }
  const reactions = latestReactions(amendments)
  const edit = amendments.filter(amendment => isEditOf(amendment, line)).reduce(newer, undefined)
  line.amended = {
    ...(reactions.length > 0 && { reactions }),
    ...(edit && { editedAt: writtenAt(edit), original }),
  }
  if (!edit) return
  const edited = content ? editedContent(content, edit.content as Content) : edit.content
  Object.assign(line, { type: edited?.type ?? type, text: edited && contentText(edited), content: edited })
}

/** Nobody edits what the other side wrote. */
function isEditOf(amendment: Line, line: Line): boolean {
  return amendment.type === 'edit' && (amendment.author === 'customer') === (line.author === 'customer')
}

/** The newest reaction of each person, and of our account, which has one for all of us; without those taken back. */
function latestReactions(amendments: readonly Line[]): readonly Reaction[] {
  const latest = new Map<string, Line>()
  for (const line of amendments) {
    if (line.type !== 'reaction' || !isOut(line)) continue
    const person =
      line.author === 'customer' ? keyOf('customer', line.senderId ?? line.senderName ?? '') : 'us'
    latest.set(person, newer(latest.get(person), line))
  }
  return [...latest.values()].sort(byTimeWritten).flatMap(({ author, senderName, text }) => {
    if (!text) return []
    return [{ by: author, emoji: text, ...(senderName !== undefined && { name: senderName }) }]
  })
}

function isOut({ status }: Line): boolean {
  return status === undefined || status === 'sent' || status === 'delivered' || status === 'read'
}

function writtenAt(line: Line): number {
  return line.sentAt ?? line.receivedAt
}

function byTimeWritten(a: Line, b: Line): number {
  return writtenAt(a) - writtenAt(b) || a.position - b.position
}

function newer(a: Line | undefined, b: Line): Line {
  return a && byTimeWritten(a, b) > 0 ? a : b
}

/** Voids a reply in the making. When nothing is left to answer, its turn is taken away. */
function changeBurst(state: State, line: Line, buffer: BufferPolicy | undefined, now: number): number | null {
  const { conversation } = line
  if (!botMaySpeak(conversation.handoff)) return null
  conversation.version += 1
  if (!line.answerable) conversation.unread = conversation.unread.filter(other => other !== line)
  const { unread, replays } = conversation
  const [first] = unread
  if (!first && replays.length === 0) takeTurnAway(conversation)
  else if (first && line.answerable && buffer) {
    const burst = { now, startedAt: first.receivedAt, count: unread.length }
    conversation.dueAt = burstDueAt(burst, buffer)
  }
  fileDue(state, conversation)
  return conversation.dueAt
}

/** Whether the bot has yet to deal with it, now or once more. */
function isInBurst(line: Line): boolean {
  const { unread, replays } = line.conversation
  const isOf = ({ burst, from, to }: Turn) =>
    burst ? burst.includes(line) : line.answerable && line.position > from && line.position <= to
  return unread.includes(line) || replays.some(isOf)
}

/** Nobody may go on with a turn of which nothing is left. */
function takeTurnAway(conversation: ConversationEntry): void {
  conversation.fence += 1
  conversation.leaseUntil = null
  conversation.attempts = 0
  conversation.voids = 0
  conversation.dueAt = null
}
