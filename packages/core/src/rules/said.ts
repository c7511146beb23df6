import type { StoredEvent } from '../vocabulary/index.js'

/**
 * Whether somebody says something now: a customer who waits for an answer, an operator who takes over. Everything else is
 * only kept: what is about another message, what WhatsApp itself says, a vote taken back, what was said before we
 * were connected.
 */
export function isSaid(event: StoredEvent): boolean {
  if (event.type !== 'message' || event.history === true) return false
  if (event.content.type === 'vote') return event.content.options.length > 0
  return event.content.type !== 'system'
}
