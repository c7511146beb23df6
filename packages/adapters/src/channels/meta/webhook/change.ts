import type { ChannelEvent } from '@switchboard/core'
import type { Contacts } from './contacts.js'

/** One change of a webhook while it is translated: what its parts have in common, and where their events go. */
export interface Change {
  readonly channel: string
  /** `metadata.phone_number_id`; the channel's own when the change names none. */
  readonly account: string
  /** Account-level changes have no phone number. */
  readonly phoneNumberId: string | undefined
  /** Digits of the business's own number. */
  readonly businessPhone: string | undefined
  readonly contacts: Contacts
  /** `value.errors`: what is wrong with messages that came incomplete. */
  readonly errors: unknown
  /** Backfill: stored, never answered. */
  readonly history: boolean
  /** Epoch milliseconds. */
  readonly now: number
  readonly events: ChannelEvent[]
}
