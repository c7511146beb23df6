import type { Identity, Peer } from '@switchboard/core'
import { refused } from '../../http/index.js'
import { asFields } from '../../values.js'
import { readPeople } from '../../webhook/jid.js'

/** The chat of a person or group, as WAHA addresses it. Never with a device: GOWS fails on `…:2@lid`. */
export function chatIdOf(peer: Peer): string {
  const { kind } = peer
  const value = peer.value.replace(/:\d+(?=@|$)/, '')
  switch (kind) {
    case 'phone':
      return `${value.replace(/^\+/, '')}@c.us`
    case 'lid':
      return value.includes('@') ? value : `${value}@lid`
    case 'jid':
      return value.replace(/@s\.whatsapp\.net$/, '@c.us')
    case 'group':
      return value.includes('@') ? value : `${value}@g.us`
    default:
      throw refused(
        `WAHA has no address of the kind ${kind}: address people by phone, lid or jid, or a group.`,
        'recipient',
      )
  }
}

/** The addresses of the session's own account: `me` of webhooks and of the session. */
export function readMe(value: unknown): readonly Identity[] {
  const me = asFields(value)
  return readPeople([me?.id, me?.lid, me?.jid])
}
