import type { IdentityKind } from '../vocabulary/index.js'

/**
 * Whether such an address is one person's and nobody else's afterwards. A phone number is lent: the network gives it to
 * somebody new, and so it says who a person is only until then.
 */
export function isPersonalAddress(kind: IdentityKind): boolean {
  return kind !== 'phone' && kind !== 'jid'
}
