import type { ChannelError, ChannelEvent } from '@switchboard/core'
import { keyOfChat, readChatId } from '../addresses.js'
import { type ListedMessage, type MessageContext, readMessage } from '../messages.js'
import { type SentEntry, shortHash } from '../sent.js'
import { type ListedChat, listMessages } from './lists.js'
import type { PollSettings } from './poll.js'

/** What a look at one chat gave. */
export interface ChatFound {
  readonly chat: ListedChat
  readonly items: readonly {
    readonly key: string
    readonly time: number | undefined
    readonly event: ChannelEvent
    /** Somebody else's, and older than the start by the server's times. */
    readonly looksOld?: boolean
  }[]
  /** Time of the newest message. */
  readonly newest: number
  readonly truncated: boolean
  /** It has messages of the future. */
  readonly isAhead?: boolean
  /** The server could not tell this chat's messages: the others are not to suffer from it. */
  readonly failure?: ChannelError
}

/** How far the server's clock may be off. */
export const skewMs = 5_000

/** In which a predecessor of this process may have sent something that its last cursor does not know. */
export interface Gap {
  readonly from: number
  readonly to: number
}

interface ChatLook {
  readonly chat: ListedChat
  readonly since: number
  /** The cursor remembers the chat. */
  readonly known: boolean
  /** There is no cursor yet. */
  readonly first: boolean
  /** Messages before it are history. */
  readonly start: number
  readonly gap: Gap | undefined
  readonly signal: AbortSignal | undefined
}

export function contextOf(
  { settings, messages }: PollSettings,
  chat: Pick<ListedChat, 'id' | 'name'>,
): MessageContext | undefined {
  const read = readChatId(chat.id)
  if (read.kind === 'other') return undefined
  const { name: channel, account, timeZone, now } = settings
  return { channel, account, chat: read, chatName: chat.name, fields: messages.fields, timeZone, now: now() }
}

/** @throws {ChannelError} when the server as a whole does not answer */
export async function readChatMessages(poll: PollSettings, look: ChatLook): Promise<ChatFound> {
  const { chat, since, signal } = look
  const context = contextOf(poll, chat)
  const nothing = { chat, items: [], newest: 0, truncated: false }
  if (!context) return nothing
  const { connection, settings, messages } = poll
  const timeOf = (record: unknown) => readMessage(record, context)?.time
  try {
    const request = { chatId: chat.id, since, timeOf, signal }
    const { records, truncated } = await listMessages(connection, settings, messages, request)
    const listed = records.map(record => ({ record, message: readMessage(record, context) }))
    const inWindow = listed.filter(({ message }) => message?.time === undefined || message.time >= since)
    const ours = poll.sent.recognise(
      keyOfChat(context.chat),
      // A customer may repeat our words: where the server says that they are the customer's, only the id makes them ours.
      inWindow.flatMap(({ message }) => {
        if (!message) return []
        const { id, time, whose, text } = message
        return [{ id, time, words: whose === 'theirs' ? undefined : text }]
      }),
    )
    const items = inWindow.map(({ record, message }) =>
      toItem(poll, look, context, { record, message, ours }),
    )
    const newest = Math.max(0, ...listed.map(({ message }) => message?.time ?? 0))
    return {
      chat,
      items,
      newest,
      isAhead: newest > context.now + skewMs,
      // Oldest first, the next poll goes on where this one ended.
      truncated: truncated && messages.order !== 'oldest',
    }
  } catch (error) {
    const failure = error as ChannelError
    if (failure.retryable || failure.scope === 'auth' || signal?.aborted) throw error
    return { ...nothing, failure }
  }
}

function toItem(
  { settings }: PollSettings,
  look: ChatLook,
  context: MessageContext,
  found: {
    readonly record: unknown
    readonly message: ListedMessage | undefined
    readonly ours: ReadonlyMap<string, SentEntry>
  },
): ChatFound['items'][number] {
  const { record, message, ours } = found
  if (!message) {
    const { name: channel, account } = settings
    const raw = { chat: look.chat.id, record }
    const event = { type: 'notice', channel, account, kind: 'mcp_message_unreadable', raw } as const
    return { key: shortHash('unreadable', raw), time: undefined, event }
  }
  const { id, time } = message
  const own = ours.get(id)
  if (own) return { key: keyOfOwn(id), time, event: receiptOf(own, message, context) }
  const event = message.toEvent({ history: isHistory(message, look, context.now) })
  const looksOld = message.whose !== 'ours' && time !== undefined && time < look.start
  return { key: id, time, event, looksOld }
}

/** Another key than before it was known to be ours: as an operator's it may have been told already. */
export function keyOfOwn(id: string): string {
  return `own ${id}`
}

/** The store matches it by either id, and so learns what became of a send whose answer was lost. */
function receiptOf(
  own: SentEntry,
  { id, time }: ListedMessage,
  { channel, account }: MessageContext,
): ChannelEvent {
  const at = time === undefined ? {} : { at: time }
  return {
    type: 'status',
    channel,
    account,
    providerId: own.answeredId ?? id,
    outboundId: own.outboundId,
    status: 'sent',
    ...at,
  }
}

/**
 * Old: from before the start, or without a time in a chat that is new to us. Where the server's clock is ahead, old messages
 * seem to have come after the start: what the first poll finds in the future is old too. And what the account sent while
 * a predecessor of this process may have been sending, after its last cursor: nobody can tell that from an operator's words,
 * so it is stored and takes nothing over.
 */
function isHistory(
  { time, whose }: ListedMessage,
  { start, gap, known, first }: ChatLook,
  now: number,
): boolean {
  if (time === undefined) return !known
  if (time < start || (first && time > now + skewMs)) return true
  return whose === 'ours' && gap !== undefined && time >= gap.from && time <= gap.to
}
