import type { CallOptions, Polled } from '@switchboard/core'
import type { McpConnection } from '../connection/connection.js'
import type { McpSettings } from '../options.js'
import type { McpChatsTool, McpMessagesTool } from '../profiles/profile.js'
import type { SentMessages } from '../sent.js'
import { type Gap, skewMs } from './chat.js'
import { boundChats, type Cursor, readCursor, withoutFuture, writeCursor } from './cursor.js'
import { type Found, look } from './look.js'
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

/** A cursor without news is written anew this often: it tells a successor when its predecessor was last alive. */
const refreshMs = 30_000
const mostSeen = 10_000

/** What came with a cursor that was handed out. Whoever comes back with that cursor has committed it. */
interface Memo {
  readonly cursor: string
  readonly seen: ReadonlySet<string>
  /** Hashes of the chats as they were listed. */
  readonly listed: ReadonlySet<string>
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
    const now = settings.now()
    // Many servers know whole seconds only: what came in the second of the start is new.
    const start = Math.floor(Math.min(startedAt, now) / 1_000) * 1_000
    const read = text === undefined ? undefined : readCursor(text)
    const known = read && withoutFuture(read, start, now)
    const ours = memo?.cursor === text ? memo : undefined
    if (known && !ours) sent.restore(known.sent)
    if (known) gap ??= gapAfter(known, poll)
    const cursor = known ?? { start, floor: 0, at: 0, count: 0, chats: new Map(), sent: [] }
    const found = await look(poll, { cursor, first: !known, gap, signal: options?.signal })
    const seen = new Set(ours?.seen)
    const events = newsOf(found, { seen, listed: ours?.listed }, settings)
    if (text !== undefined && !known) events.push(notice(settings, 'mcp_cursor_unreadable', {}))
    const time = settings.now()
    const { left } = found
    const next = { ...cursor, ...marksAfter(cursor, found, settings), sent: sent.list(time), left }
    const unchanged = events.length === 0 && time - cursor.at < refreshMs && writeCursor(next) === text
    if (events.length > 0) lastCount = Math.max(cursor.count, lastCount) + 1
    const count = events.length > 0 ? lastCount : cursor.count
    // The same text while it says the same, so that nothing has to be stored.
    const written = unchanged && text !== undefined ? text : writeCursor({ ...next, at: time, count })
    memo = { cursor: written, seen: new Set([...seen].slice(-mostSeen)), listed: found.listed }
    return left ? { events, cursor: written, more: true } : { events, cursor: written }
  }
}

/** Only for the cursor of another process: what we send ourselves we know. */
function gapAfter({ at }: Cursor, { settings, startedAt }: PollSettings): Gap | undefined {
  if (at >= startedAt) return undefined
  const died = at + refreshMs + 2 * settings.pollMs + skewMs
  return { from: at - skewMs, to: Math.min(died, startedAt + skewMs) }
}

function marksAfter(
  cursor: Cursor,
  { chats, left }: Found,
  { now, maxChats, overlapMs }: McpSettings,
): Pick<Cursor, 'chats' | 'floor'> {
  const marks = new Map(cursor.chats)
  const time = now()
  for (const { chat, newest, failure } of chats) {
    if (failure) continue
    const since = Math.max(marks.get(chat.id)?.since ?? cursor.start, Math.min(newest, time))
    marks.set(chat.id, { since, hash: chat.hash })
  }
  // The floor would rise above what the chats that are left have to say.
  if (left) return { chats: marks, floor: cursor.floor }
  // Those into which the next poll looks again would be new to it.
  const lately = [...marks.values()].filter(({ since }) => since >= time - overlapMs).length
  return boundChats(marks, cursor.floor, Math.max(maxChats, lately))
}
