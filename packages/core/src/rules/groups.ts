import type { ForBot } from '../ports/index.js'
import type { Identity, InboundMessage, StoredEvent } from '../vocabulary/index.js'

/**
 * Whether a customer's message in a group is for the bot. `undefined`: if it mentions or quotes us.
 *
 * @param facts.mentioned whether it mentions the account; only with a channel that knows its own addresses
 */
export type GroupRule = (
  message: InboundMessage,
  facts: { readonly mentioned: boolean },
) => boolean | undefined

/**
 * What the bot answers in groups. What it does not answer is kept and known to it as history.
 *
 * `mentioned-or-quoted`: messages that mention the account, and replies to messages of ours · `all` · `none` · or a rule
 */
export type GroupPolicy = 'mentioned-or-quoted' | 'all' | 'none' | GroupRule

/**
 * Whether an event is for the bot. What is not a customer's message in a group always is.
 *
 * @param self the addresses of the account that it came to
 */
export function isForBot(event: StoredEvent, policy: GroupPolicy, self: readonly Identity[]): ForBot {
  if (event.type !== 'message' || event.chat.kind !== 'group' || event.author !== 'customer') return true
  const mentioned = (event.mentions ?? []).some(mention =>
    self.some(({ kind, value }) => kind === mention.kind && value === mention.value),
  )
  const decided = decide(event, policy, mentioned)
  if (typeof decided === 'boolean') return decided
  // The provider's word first: a quote may come before our own message is known by its id, or be of one from before our time.
  return mentioned || event.quotesUs === true || (event.quotedId !== undefined && 'if-quoted')
}

function decide(message: InboundMessage, policy: GroupPolicy, mentioned: boolean): boolean | undefined {
  if (typeof policy === 'function') return policy(message, { mentioned })
  return policy === 'mentioned-or-quoted' ? undefined : policy === 'all'
}
