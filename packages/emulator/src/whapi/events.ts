import type { JsonObject } from '../json.js'

/** One thing that Whapi tells: an array named after it, or a single object. */
export interface WhapiEvent {
  /** `event.type` of the wire. */
  readonly type: 'messages' | 'statuses' | 'channel' | 'users'
  /** `event.event` of the wire; settings call it `method`. */
  readonly method: 'post' | 'put' | 'patch' | 'delete'
  /** `messages`, `messages_updates`, `messages_removed`, `statuses`, `health`, `user`. */
  readonly name: string
  /** An array is merged with those of its kind when webhooks are batched. */
  readonly content: readonly unknown[] | JsonObject
}

/** `{ [name]: […], event: { type, event }, channel_id }`, those of one kind together. */
export function composeEvents(channelId: string, events: readonly WhapiEvent[]): readonly JsonObject[] {
  const merged: WhapiEvent[] = []
  for (const event of events) {
    const place = merged.findIndex(each => canJoin(each, event))
    const before = merged[place]
    if (before) merged[place] = { ...before, content: [...listOf(before), ...listOf(event)] }
    else merged.push(event)
  }
  return merged.map(({ type, method, name, content }) => ({
    [name]: content,
    event: { type, event: method },
    channel_id: channelId,
  }))
}

function canJoin(one: WhapiEvent, other: WhapiEvent): boolean {
  const sameKind = one.name === other.name && one.method === other.method
  return sameKind && Array.isArray(one.content) && Array.isArray(other.content)
}

function listOf({ content }: WhapiEvent): readonly unknown[] {
  return Array.isArray(content) ? content : []
}
