import type { IdentityKind } from '../vocabulary/index.js'

/**
 * Whether WhatsApp gives such an address to one person and to nobody else afterwards. A phone number is lent: the network
 * gives it to somebody new, and so it says who a person is only until then.
 */
export function isPersonalAddress(kind: IdentityKind): boolean {
  return kind === 'bsuid' || kind === 'parent_bsuid' || kind === 'lid'
}
