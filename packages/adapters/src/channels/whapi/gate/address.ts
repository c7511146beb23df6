import type { Peer } from '@switchboard/core'
import { pathSegment, refused } from '../../../http/index.js'

/**
 * Where a message goes: digits for a phone, else the chat's id. `@c.us` is WhatsApp Web's older word for `@s.whatsapp.net`, which
 * Whapi does not take.
 *
 * @throws {ChannelError} `channel_refused` for what Whapi cannot address
 */
export function recipientOf(peer: Peer): string {
  if (peer.kind === 'phone') {
    const digits = peer.value.replace(/^\+/, '')
    if (/^\d{5,20}$/.test(digits)) return digits
    throw refused('The phone is not a number: write it as +15550001234.', 'recipient')
  }
  const id = chatIdOf(peer)
  if (id !== undefined && /^[\w.-]+@[a-z.]+$/.test(id)) return id
  throw refused(
    `Whapi has no such address of the kind ${peer.kind}: use a phone, lid, jid or group.`,
    'recipient',
  )
}

/** The chat's id, which is what addresses of the API hold. */
export function chatOf(peer: Peer): string {
  const recipient = recipientOf(peer)
  return recipient.includes('@') ? recipient : `${recipient}@s.whatsapp.net`
}

function chatIdOf({ kind, value }: Peer): string | undefined {
  switch (kind) {
    case 'group':
      return value.includes('@') ? value : `${value}@g.us`
    case 'lid':
      return value.includes('@') ? value : `${value}@lid`
    case 'jid':
      return value.replace(/@c\.us$/, '@s.whatsapp.net')
    default:
      return undefined
  }
}

/** A segment of a path. `@` may stand in one. */
export function segment(value: string): string {
  return pathSegment(value).replaceAll('%40', '@')
}
