import { readChatId } from '../addresses.js'
import type { McpSettings } from '../options.js'
import { type ChatFound, type Gap, readChatMessages } from './chat.js'
import type { ChatMark, Cursor } from './cursor.js'
import { inTurn } from './in-turn.js'
import { type ListedChat, listChats } from './lists.js'
import type { PollSettings } from './poll.js'

const chatsAtOnce = 4
/** After it no chat is begun any more: what was found must be committed before the poll's 30 seconds end. */
const longestLookMs = 15_000

/** What a look at the server gave. */
export interface Found {
  readonly chats: readonly ChatFound[]
  /** Chats with news that had to wait for the next poll. */
  readonly left: boolean
  /** The list of chats was longer than the channel was willing to read. */
  readonly truncated: boolean
  /** Hashes of the chats as they were listed. */
  readonly listed: ReadonlySet<string>
  /** Of the chat that is listed first, when it is one that seems to have nothing since the start. */
  readonly firstIfOld: string | undefined
}

interface Look {
  readonly cursor: Cursor
  /** There was no cursor. */
  readonly first: boolean
  readonly gap: Gap | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * The messages of `maxChats` chats at most: first of those whose record changed, then of those that changed lately, since
 * messages may come late.
 */
export async function look(poll: PollSettings, { cursor, first, gap, signal }: Look): Promise<Found> {
  const { connection, settings } = poll
  const { maxChats, now } = settings
  const began = now()
  const { start, chats } = cursor
  const { isOld, isNews, isKnown, windowOf } = judgesOf(cursor, settings)
  const listed = await listChats(connection, settings, poll.chats, { isKnown, signal })
  const wanted = listed.chats.filter(chat => !isOld(chat) && readChatId(chat.id).kind !== 'other')
  const news = wanted.filter(isNews)
  const chosen = [...news, ...wanted.filter(chat => !isNews(chat))].slice(0, maxChats)
  const found = await inTurn(chosen, chatsAtOnce, async chat => {
    if (now() - began > longestLookMs) return undefined
    const mark = chats.get(chat.id)
    const known = mark !== undefined
    return readChatMessages(poll, { chat, since: windowOf(mark), known, first, start, gap, signal })
  })
  const looked = found.filter(chat => chat !== undefined)
  // One chat that fails leaves the others alone; when all do, it is the server.
  const [one] = looked
  if (one?.failure && looked.every(({ failure }) => failure)) throw one.failure
  const done = new Set(looked.map(({ chat }) => chat))
  const [top] = listed.chats
  return {
    chats: looked,
    left: news.some(chat => !done.has(chat)),
    truncated: listed.truncated,
    listed: new Set(listed.chats.map(({ hash }) => hash)),
    firstIfOld: top && isOld(top) && !chats.has(top.id) ? top.hash : undefined,
  }
}

function judgesOf({ start, floor, chats, left }: Cursor, { overlapMs, backfillMs, now }: McpSettings) {
  const windowOf = (mark: ChatMark | undefined) =>
    mark ? mark.since - overlapMs : Math.max(start - backfillMs, floor) - overlapMs
  const isNews = ({ id, hash }: ListedChat) => chats.get(id)?.hash !== hash
  const isOld = (chat: ListedChat) => {
    const { id, time } = chat
    if (time === undefined) return false
    return chats.has(id) ? !isNews(chat) && time < now() - overlapMs : time < windowOf(undefined)
  }
  // Behind what the last poll had time for there are chats that it left.
  const isKnown = (chat: ListedChat) => isOld(chat) && !(left && chats.has(chat.id))
  return { windowOf, isNews, isOld, isKnown }
}
