import type { OutboxItem } from '../ports/index.js'

/** So close to its end, a message that leaves in time may come too late. */
const marginMs = 30_000

/**
 * Whether a message may go to its recipient now: the customer's last message opens a window of `windowMs`. Templates may go
 * at any time, and groups have no window. What the provider has said counts more than what we know.
 */
export function windowIsOpen(item: OutboxItem, windowMs: number | undefined, now: number): boolean {
  const { message, customerAt, released, asTemplate } = item
  if (message.content.type === 'template') return true
  if (asTemplate) return false
  if (windowMs === undefined || released || message.to.kind === 'group') return true
  return customerAt !== undefined && now - customerAt < windowMs - Math.min(marginMs, windowMs / 10)
}
