import type { CallOptions, Polled } from '@switchboard/core'
import { readChatId } from '../addresses.js'
import type { McpConnection } from '../connection/connection.js'
import type { McpSettings } from '../options.js'
import type { McpChatsTool, McpMessagesTool } from '../profiles/profile.js'
import type { SentMessages } from '../sent.js'
import { type ChatFound, type Gap, readChatMessages } from './chat.js'
import { boundChats, type ChatMark, type Cursor, readCursor, writeCursor } from './cursor.js'
import { inTurn } from './in-turn.js'
import { type ListedChat, listChats } from './lists.js'
import { newsOf, notice } from './news.js'

export interface PollSettings {
  readonly settings: McpSettings
  readonly connection: McpConnection
  readonly sent: SentMessages
  readonly chats: McpChatsTool
  readonly messages: McpMessagesTool
  /** When the channel was made. */
  readonly startedAt: number
}

const chatsAtOnce = 4
/** A cursor without news is written anew this often: it tells a successor when its predecessor was last alive. */
const refreshMs = 30_000
/** How far the server's clock may be off for what was sent around a restart. */
const skewMs = 5_000
const mostSeen = 10_000

/** What came with a cursor that was handed out. Whoever comes back with that cursor has committed it. */
interface Memo {
  readonly cursor: string
  readonly seen: ReadonlySet<string>
}

/**
 * Lists the chats, then the messages of those that changed. Nothing is forgotten before it is committed: what a poll found
 * is left out of the next one only when that comes with the very cursor that the first one gave.
 */
export function poller(poll: PollSettings): (cursor?: string, options?: CallOptions) => Promise<Polled> {
  const { settings, sent, startedAt } = poll
  let memo: Memo | undefined
  let lastCount = 0
  let gap: Gap | undefined

  return async (text, options) => {
    const known = text === undefined ? undefined : readCursor(text)
    const isOurs = memo?.cursor === text
    if (known && !isOurs) sent.restore(known.sent)
    if (known) gap ??= gapAfter(known, poll)
    // Many servers know whole seconds only: what came in the second of the start is new.
    const start = Math.floor(startedAt / 1_000) * 1_000
    const cursor = known ?? { start, floor: 0, at: 0, count: 0, chats: new Map(), sent: [] }
    const found = await look(poll, cursor, gap, options?.signal)
    const seen = new Set(isOurs ? memo?.seen : [])
    const events = newsOf(found, seen, settings)
    if (text !== undefined && !known) events.push(notice(settings, 'mcp_cursor_unreadable', {}))
    const time = settings.now()
    const next = { ...cursor, ...marksAfter(cursor, found, settings), sent: sent.list(time) }
    const unchanged = events.length === 0 && time - cursor.at < refreshMs && writeCursor(next) === text
    if (events.length > 0) lastCount = Math.max(cursor.count, lastCount) + 1
    const count = events.length > 0 ? lastCount : cursor.count
    // The same text while it says the same, so that nothing has to be stored.
    const written = unchanged && text !== undefined ? text : writeCursor({ ...next, at: time, count })
    memo = { cursor: written, seen: new Set([...seen].slice(-mostSeen)) }
    return { events, cursor: written }
  }
}

/** Only for the cursor of another process: what we send ourselves we know. */
function gapAfter({ at }: Cursor, { settings, startedAt }: PollSettings): Gap | undefined {
  if (at >= startedAt) return undefined
  const died = at + refreshMs + 2 * settings.pollMs + skewMs
  return { from: at - skewMs, to: Math.min(died, startedAt + skewMs) }
}

async function look(
  poll: PollSettings,
  { start, floor, chats }: Cursor,
  gap: Gap | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly ChatFound[]> {
  const { overlapMs, backfillMs, now } = poll.settings
  const windowOf = (mark: ChatMark | undefined) =>
    mark ? mark.since - overlapMs : Math.max(start - backfillMs, floor) - overlapMs
  const isOld = ({ id, time, hash }: ListedChat) => {
    const mark = chats.get(id)
    if (time === undefined) return false
    return mark ? mark.hash === hash && time < now() - overlapMs : time < windowOf(undefined)
  }
  const listed = await listChats(poll.connection, poll.settings, poll.chats, { isOld, signal })
  const wanted = listed.filter(chat => !isOld(chat) && readChatId(chat.id).kind !== 'other')
  const found = await inTurn(wanted, chatsAtOnce, chat => {
    const mark = chats.get(chat.id)
    const known = mark !== undefined
    return readChatMessages(poll, { chat, since: windowOf(mark), known, start, gap, signal })
  })
  // One chat that fails leaves the others alone; when all do, it is the server.
  const [first] = found
  if (first?.failure && found.every(({ failure }) => failure)) throw first.failure
  return found
}

function marksAfter(
  cursor: Cursor,
  found: readonly ChatFound[],
  { now, maxChats }: McpSettings,
): Pick<Cursor, 'chats' | 'floor'> {
  const marks = new Map(cursor.chats)
  const time = now()
  for (const { chat, newest, failure } of found) {
    if (failure) continue
    const since = Math.max(marks.get(chat.id)?.since ?? cursor.start, Math.min(newest, time))
    marks.set(chat.id, { since, hash: chat.hash })
  }
  return boundChats(marks, cursor.floor, maxChats)
}
