import type { ApiCall } from '../faults/vocabulary.js'
import type { Reply } from '../http/exchange.js'

/** What becomes of an accepted message. */
export interface Fate {
  /** False: no status webhooks. */
  readonly statuses: boolean
  /** It fails on the way: its only status is `failed`, with the provider's code for it. */
  readonly failure?: { readonly code?: number }
}

/** A request that passed every check. Nothing has happened yet: faults come first. */
export interface ProviderCall extends ApiCall {
  /** Does what was asked, and says what to answer. `sequence` is that of the ledger entry. */
  perform(sequence: number, fate: Fate): Promise<Reply>
}
