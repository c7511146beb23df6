import { findJidChat, type JidChat } from '../jid-chats.js'
import type { PersonRecord } from '../people.js'
import type { WhapiChannel } from './channel.js'
import { WhapiError } from './whapi-error.js'

/** `from` of a person's messages: digits. */
export function senderOf(person: PersonRecord): string {
  return person.phone ?? person.lid
}

/** The chat that `to`, or a path, names: digits or a chat id. Throws 400 or 404 as Whapi does. */
export function findChat(channel: WhapiChannel, address: string): JidChat {
  const chat = findJidChat(channel, address)
  if (chat === 'unknown') throw new WhapiError(404)
  if (chat === 'malformed')
    throw new WhapiError(400, 'to must be digits, or a chat id: …@s.whatsapp.net, …@lid or …@g.us')
  return chat
}
