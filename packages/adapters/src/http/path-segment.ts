import { refused } from './failures.js'

/**
 * A text as one segment of a path. Ids come from outside: one that is `..` would lead to another endpoint, since whoever
 * normalises a path takes `%2e%2e` for the same.
 *
 * @throws {ChannelError} `channel_refused` for what cannot stand in a path by itself
 */
export function pathSegment(value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw refused('An id or account is empty, "." or "..": it cannot stand in an address.', 'message')
  }
  // With half a surrogate pair it would throw.
  return encodeURIComponent(value.toWellFormed())
}
