import type { ScriptedRefusal } from '../faults/vocabulary.js'
import type { Exchange, Reply } from '../http/exchange.js'
import type { ProviderCall } from './call.js'

/** A refusal in a provider's own words. */
export interface Refused {
  readonly reply: Reply
  readonly code: number
  readonly message: string
  readonly details?: string
}

/** One provider's API: how it reads requests, and how it says no. The rest (ledger, faults, answers) is shared. */
export interface ApiDialect {
  /** True for requests that this API answers, by their path. */
  takes(exchange: Exchange): boolean
  /** Checks a request. Throws what `refuse` understands when the provider would refuse it. */
  read(exchange: Exchange): Promise<ProviderCall>
  /** The answer to what `read` or `perform` threw. */
  refuse(error: unknown): Refused
  /** The refusal that a fault asks for. */
  scripted(fault: ScriptedRefusal): Reply
}
