import type { ChannelEvent } from '@switchboard/core'
import type { McpSettings } from '../options.js'
import { shortHash } from '../sent.js'
import { type ChatFound, keyOfOwn } from './chat.js'
import type { Found } from './look.js'

/** What the poll before this one found, in this process. */
interface Before {
  /** Learns of what is new. */
  readonly seen: Set<string>
  /** Hashes of the chats as they were listed; `undefined`: this process has not polled yet. */
  readonly listed: ReadonlySet<string> | undefined
}

/** What is new, in the order of time as far as times are known. */
export function newsOf(found: Found, { seen, listed }: Before, settings: McpSettings): ChannelEvent[] {
  const items = found.chats.flatMap(chat => [...chat.items, ...troubleOf(chat, settings)])
  const looksOld =
    listed !== undefined &&
    (items.some(item => item.looksOld && !seen.has(item.key)) || isUnheard(found.firstIfOld, listed))
  const fresh = [
    ...items,
    ...(found.truncated ? [trouble(settings, 'mcp_chats_truncated', {})] : []),
    ...(looksOld ? [trouble(settings, 'mcp_times_behind', {})] : []),
    ...(found.chats.some(({ isAhead }) => isAhead) ? [trouble(settings, 'mcp_times_ahead', {})] : []),
  ]
    // What was ours stays ours, also when it has become too old to be known by its words.
    .filter(({ key }) => !seen.has(key) && !seen.has(keyOfOwn(key)))
  for (const { key } of fresh) seen.add(key)
  return fresh.sort((a, b) => (a.time ?? 0) - (b.time ?? 0)).map(({ event }) => event)
}

/** The chat that is listed first has news, and yet all that it says is older than the start. */
function isUnheard(hash: string | undefined, listed: ReadonlySet<string>): boolean {
  return hash !== undefined && !listed.has(hash)
}

function troubleOf({ chat, failure, truncated }: ChatFound, settings: McpSettings): ChatFound['items'] {
  return [
    ...(failure ? [trouble(settings, 'mcp_chat_failed', { chat: chat.id, error: failure.message })] : []),
    ...(truncated ? [trouble(settings, 'mcp_messages_truncated', { chat: chat.id })] : []),
  ]
}

/** Told once for a reason, until the process starts anew. */
function trouble(settings: McpSettings, kind: string, raw: object): ChatFound['items'][number] {
  return { key: shortHash(kind, raw), time: undefined, event: notice(settings, kind, raw) }
}

export function notice({ name, account }: McpSettings, kind: string, raw: object): ChannelEvent {
  return { type: 'notice', channel: name, account, kind, raw }
}
