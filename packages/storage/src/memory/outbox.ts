import { botMaySpeak, type MessageStatus, type OutboundMessage, type OutboxItem } from '@switchboard/core'
import { clean, defined } from './clean.js'
import { indexAfter } from './lines.js'
import type { ConversationEntry, Line, Send, State } from './state.js'

/**
 * Gives a line its status and files it where its conversation and the clock will look for it.
 *
 * @param at see {@link Send.at}
 */
export function moveLine(state: State, line: Line, status: MessageStatus, at: number): void {
  line.status = status
  if (!line.send) return
  line.send.at = at
  const { outbox, parked } = line.conversation
  const place = outbox.indexOf(line)
  const open = status === 'pending' || status === 'sending'
  if (open && place < 0) outbox.splice(indexAfter(outbox, line.position), 0, line)
  if (!open && place >= 0) outbox.splice(place, 1)
  if (status === 'parked') parked.add(line)
  else parked.delete(line)

  if (status === 'sending') state.inFlight.set(line, at)
  else state.inFlight.delete(line)
  if (status === 'unknown') state.unknown.set(line, at)
  else state.unknown.delete(line)
  fileSendable(state, line.conversation)
}

/** Files the conversation under the time when its first open message may go out. */
export function fileSendable(state: State, conversation: ConversationEntry): void {
  const first = conversation.outbox[0]
  if (first?.send && first.status === 'pending') state.sendable.set(conversation, first.send.at)
  else state.sendable.delete(conversation)
}

/** Whether nobody may send this any more: the bot's message, and a person is in charge. */
export function isSilenced(line: Line): boolean {
  return line.author === 'bot' && !botMaySpeak(line.conversation.handoff)
}

/** The line in the form in which it leaves. `undefined`: it is not one of ours. */
export function toOutboxItem(line: Line): OutboxItem | undefined {
  const { conversation, send } = line
  if (!send || line.author === 'customer') return undefined
  return defined<OutboxItem>({
    conversationId: conversation.id,
    messageId: line.id,
    author: line.author,
    attempt: send.attempt,
    deferrals: send.deferrals > 0 ? send.deferrals : undefined,
    customerAt: conversation.customerAt,
    released: send.release === 'forced' ? true : undefined,
    asTemplate: send.release === 'template' ? true : undefined,
    message: defined<OutboundMessage>({
      id: send.outboundId,
      channel: conversation.channel,
      account: conversation.account,
      to: { ...conversation.peer },
      content: clean(send.content),
      quotedId: line.quotedId,
    }),
  })
}

/** Records that the line is about to leave, and gives it. */
export function startSend(state: State, line: Line, now: number, leaseMs: number): OutboxItem | undefined {
  if (!line.send) return undefined
  line.send.attempt += 1
  line.send.after = undefined
  line.send.startedAt = now
  moveLine(state, line, 'sending', now + leaseMs)
  return toOutboxItem(line)
}

/** Starts the conversation's next message, if its time has come and nothing before it is still on its way. */
export function startNext(
  state: State,
  conversation: ConversationEntry,
  now: number,
  leaseMs: number,
): OutboxItem | undefined {
  const first = conversation.outbox[0]
  if (first?.status !== 'pending' || !first.send || first.send.at > now) return undefined
  return startSend(state, first, now, leaseMs)
}

/** What the bot has not yet sent stays unsent. */
export function cancelPendingOfBot(state: State, conversation: ConversationEntry): void {
  for (const line of waitingLines(conversation)) {
    if (line.author === 'bot') moveLine(state, line, 'cancelled', 0)
  }
}

/** What is said, but has not left: `pending` or `parked`. */
function waitingLines({ outbox, parked }: ConversationEntry): readonly Line[] {
  return [...outbox.filter(line => line.status === 'pending'), ...parked]
}

/** Lets what is parked go. Nobody's window is open for ever: without `released` it is looked at again. */
export function releaseParked(
  state: State,
  conversation: ConversationEntry,
  released: boolean,
  now: number,
): readonly string[] {
  const lines = [...conversation.parked].sort((one, other) => one.position - other.position)
  return lines.flatMap(line => {
    if (!line.send) return []
    letGo(state, line, line.send, released ? 'forced' : undefined, now)
    return [line.id]
  })
}

/** The parked try does not count. */
function letGo(state: State, line: Line, send: Send, release: Send['release'], now: number): void {
  send.deferrals += 1
  send.release = release
  send.startedAt = undefined
  moveLine(state, line, 'pending', now)
}

/** Lets one parked message go as a template, unless one has asked the customer already since they wrote. */
export function releaseAsTemplate(
  state: State,
  conversation: ConversationEntry,
  messageId: string,
  now: number,
): readonly string[] {
  const line = [...conversation.parked].find(({ id }) => id === messageId)
  if (!line?.send || line.type === 'template') return []
  const { customerAt = Number.NEGATIVE_INFINITY } = conversation
  const hasAsked = conversation.lines.some(
    ({ send }) => send?.release === 'template' && (send.startedAt ?? send.at) >= customerAt,
  )
  if (hasAsked) return []
  letGo(state, line, line.send, 'template', now)
  return [line.id]
}

/** A part that failed takes the parts after it along: half an answer without its beginning helps nobody. */
export function cancelLaterReplies(state: State, failed: Line): void {
  for (const line of laterReplies(failed)) moveLine(state, line, 'cancelled', 0)
}

/** The parts behind this one in the same answer that have not left, by position. */
export function laterReplies({ conversation, position, send }: Line): readonly Line[] {
  if (send?.turnId === undefined) return []
  return waitingLines(conversation)
    .filter(line => line.position > position && line.send?.turnId === send.turnId)
    .sort((one, other) => one.position - other.position)
}
