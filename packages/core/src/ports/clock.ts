/** Time, injected. Leases and due times use the store's own clock. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void
}

/** Makes ids for outbound messages: unique, at most 64 characters of `[A-Za-z0-9_-]`. */
export type GenerateId = () => string
