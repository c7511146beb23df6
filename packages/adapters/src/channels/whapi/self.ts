import type { Identity } from '@switchboard/core'
import { asFields } from '../../values.js'
import { readJid } from '../../webhook/jid.js'

/** What is known of our own addresses. */
export interface Self {
  /** Oldest first. */
  known(): readonly Identity[]
  /** `from` of a message from us, `user.id` of the channel's state. What is no person's address is not learnt. */
  learn(address: unknown): void
}

/** A number with its LID, and the number before it. */
const mostAddresses = 4

/** @param phone in E.164, when it is known from the start */
export function openSelf(phone: string | undefined): Self {
  let known: readonly Identity[] = phone === undefined ? [] : [{ kind: 'phone', value: phone }]
  return {
    known: () => known,
    learn(address) {
      const jid = readJid(address)
      if (jid?.kind !== 'person' || known.some(({ value }) => value === jid.identity.value)) return
      known = [...known, jid.identity].slice(-mostAddresses)
    },
  }
}

/** Of the channel's state, as webhooks and `GET /health` give it. */
export function ownIdOf(health: unknown): unknown {
  return asFields(asFields(health)?.user)?.id
}
