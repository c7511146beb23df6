/**
 * How a person is addressed on a channel.
 *
 * - `phone`: E.164 with a leading `+`.
 * - `bsuid`, `parent_bsuid`: Meta's business-scoped user ids (`US.1349…`, `US.ENT.118…`).
 * - `lid`, `jid`: WhatsApp Web addresses (`…@lid`, `…@s.whatsapp.net`).
 * - `id`: any other address, for channels of your own: it means something on its channel only.
 */
export type IdentityKind = 'phone' | 'bsuid' | 'parent_bsuid' | 'lid' | 'jid' | 'id'

/** One address of a person. Identities that are one person point to one user. */
export interface Identity {
  readonly kind: IdentityKind
  readonly value: string
}

/** A person as one event shows them: every address it carries, the best one for sending first. */
export interface Person {
  readonly identities: readonly Identity[]
  readonly name?: string
  readonly username?: string
}

/** Where a message goes to: a person's address or a group. */
export interface Peer {
  readonly kind: IdentityKind | 'group'
  readonly value: string
}
