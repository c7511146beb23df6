import type { Identity, Peer } from '@switchboard/core'
import { type Jid, readJid } from '../../webhook/jid.js'
import type { McpProfile } from './profiles/profile.js'

/** What a server's id of a chat means; ids of a server's own making are addresses too. */
export function readChatId(id: string): Jid {
  return readJid(id) ?? { kind: 'person', identity: { kind: 'jid', value: id } }
}

/** The server's id of the chat with this peer. */
export function addressOf({ kind, value }: Peer, { address = 'jid' }: McpProfile): string {
  if (kind !== 'phone') return value
  const digits = value.replace(/^\+/, '')
  switch (address) {
    case 'jid':
      return `${digits}@s.whatsapp.net`
    case 'c.us':
      return `${digits}@c.us`
    case 'digits':
      return digits
    case 'phone':
      return `+${digits}`
  }
}

/** One chat under one name, however its address is written. */
export function keyOf(peer: Peer | Identity): string {
  return `${peer.kind}:${peer.value}`
}

export function keyOfChat(chat: Exclude<Jid, { kind: 'other' }>): string {
  return chat.kind === 'group' ? `group:${chat.id}` : keyOf(chat.identity)
}
