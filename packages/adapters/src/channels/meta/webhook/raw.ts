import type { Fields } from '../../../values.js'

/** `raw` of messages, reactions, edits and revocations: Meta's own objects, as they came. */
export interface MetaRaw {
  /**
   * The element of `messages`, `message_echoes` or a history thread. What the vocabulary has no word for is here:
   * `referral` (the ad that a chat began with), `context.referred_product`, `history_context`, vcards, pricing.
   */
  readonly message: Fields
  /** The element of `contacts` that belongs to it. */
  readonly contact?: Fields
  /** `value.errors`, when the message came without its content. */
  readonly errors?: unknown
}
