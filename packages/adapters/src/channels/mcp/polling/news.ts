import type { ChannelEvent } from '@switchboard/core'
import type { McpSettings } from '../options.js'
import { shortHash } from '../sent.js'
import { type ChatFound, keyOfOwn } from './chat.js'

/** What is new, in the order of time as far as times are known. `seen` learns of it. */
export function newsOf(
  found: readonly ChatFound[],
  seen: Set<string>,
  settings: McpSettings,
): ChannelEvent[] {
  const fresh = found
    .flatMap(chat => [...chat.items, ...troubleOf(chat, settings)])
    // What was ours stays ours, also when it has become too old to be known by its words.
    .filter(({ key }) => !seen.has(key) && !seen.has(keyOfOwn(key)))
  for (const { key } of fresh) seen.add(key)
  return fresh.sort((a, b) => (a.time ?? 0) - (b.time ?? 0)).map(({ event }) => event)
}

/** Told once for a chat and a reason, until the process starts anew. */
function troubleOf({ chat, failure, truncated }: ChatFound, settings: McpSettings): ChatFound['items'] {
  const trouble = (kind: string, raw: object) => ({
    key: shortHash(kind, raw),
    time: undefined,
    event: notice(settings, kind, raw),
  })
  return [
    ...(failure ? [trouble('mcp_chat_failed', { chat: chat.id, error: failure.message })] : []),
    ...(truncated ? [trouble('mcp_messages_truncated', { chat: chat.id })] : []),
  ]
}

export function notice({ name, account }: McpSettings, kind: string, raw: object): ChannelEvent {
  return { type: 'notice', channel: name, account, kind, raw }
}
