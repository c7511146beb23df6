/** A hint: look at this conversation, not before `delayMs` from now. Losing one costs time, never a message. */
export interface Wake {
  readonly conversationId: string
  readonly delayMs: number
}

/** What brings work to a worker. It carries conversations, never messages. */
export interface Queue {
  readonly specificationVersion: 'v1'
  readonly name: string
  /** Adds hints. A later hint for the same conversation may replace an earlier one only if it is due sooner. */
  schedule(wakes: readonly Wake[]): Promise<void>
  /**
   * Starts handing out hints that are due. The promise of `handle` never rejects. Disposing stops handing out and
   * waits for running handlers.
   */
  work(handle: (wake: Wake) => Promise<void>): AsyncDisposable
}
