import type { AddressedEvent, ForBot } from '../ports/index.js'

/**
 * Whether somebody says something now: a customer who waits for an answer, an operator who takes over. Everything else is
 * only kept: what is about another message, what WhatsApp itself says, a vote taken back, what was said before we
 * were connected, what people in a group say to each other. `if-quoted` as in {@link ForBot}.
 */
export function isSaid(event: AddressedEvent): ForBot {
  if (event.type !== 'message' || event.history === true || event.content.type === 'system') return false
  if (event.content.type === 'vote' && event.content.options.length === 0) return false
  return event.author === 'operator' || (event.forBot ?? true)
}
