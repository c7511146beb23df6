import type { Identity } from '@switchboard/core'

/** What is known of an account's own addresses: who mentions one of them in a group means us. */
export interface Self {
  /** Oldest first. */
  known(): readonly Identity[]
  learn(identities: readonly Identity[]): void
}

/** A number with its LID, and the number before it. */
const mostAddresses = 4

/** @param phone in E.164, when it is known from the start */
export function openSelf(phone?: string): Self {
  let known: readonly Identity[] = phone === undefined ? [] : [{ kind: 'phone', value: phone }]
  return {
    known: () => known,
    learn(identities) {
      for (const identity of identities) {
        if (isAmong(identity, known)) continue
        known = [...known, identity].slice(-mostAddresses)
      }
    },
  }
}

export function isAmong(identity: Identity, others: readonly Identity[]): boolean {
  return others.some(({ kind, value }) => kind === identity.kind && value === identity.value)
}
