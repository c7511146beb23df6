/** What the phone page and other watchers are told, in order. `id` counts up and survives a reset. */
export interface EmulatorEvent {
  readonly id: number
  readonly type: EmulatorEventType
  readonly data: unknown
}

type EmulatorEventType =
  | 'person'
  | 'message'
  | 'message-changed'
  | 'typing'
  | 'request'
  | 'delivery'
  | 'faults'
  | 'settings'
  | 'reset'

export interface EventLog {
  readonly lastId: number
  append(type: EmulatorEventType, data: unknown): void
  /** Events after `id`, or undefined when some of them are no longer kept: reload the state then. */
  since(id: number): readonly EmulatorEvent[] | undefined
  /** Calls the listener for each new event; returns the way to stop. */
  listen(listener: (event: EmulatorEvent) => void): () => void
}

const KEPT = 2_000

/**
 * @param startedAt - Milliseconds since 1970; the ids count up from it, so that a watcher who comes back with an id of
 *   an earlier run is told to reload instead of getting this run's events from the middle.
 */
export function createEventLog(startedAt: number): EventLog {
  let events: EmulatorEvent[] = []
  let lastId = startedAt
  const listeners = new Set<(event: EmulatorEvent) => void>()
  return {
    get lastId() {
      return lastId
    },
    append(type, data) {
      lastId += 1
      const event = { id: lastId, type, data }
      events.push(event)
      // Trimmed in halves: shifting one element per event would cost O(kept) each time.
      if (events.length > KEPT * 2) events = events.slice(-KEPT)
      for (const listener of listeners) listener(event)
    },
    since(id) {
      const oldest = events[0]?.id ?? lastId + 1
      if (!(id >= oldest - 1 && id <= lastId)) return undefined
      return events.slice(id - oldest + 1)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
