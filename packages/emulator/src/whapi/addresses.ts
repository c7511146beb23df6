import type { PersonRecord } from '../people.js'
import type { WhapiChannel } from './channel.js'
import { WhapiError } from './whapi-error.js'

/** A chat of the channel: with a person, or a group. */
export interface WhapiChat {
  /** `15550001234@s.whatsapp.net`, `…@lid` for somebody without a visible phone, `…@g.us`. */
  readonly id: string
  /** Key on the emulator's phone. */
  readonly key: string
  readonly person?: PersonRecord
}

export function chatKey(channel: WhapiChannel, personOrGroup: string): string {
  return `${personOrGroup}@${channel.id}`
}

export function chatWith(channel: WhapiChannel, person: PersonRecord): WhapiChat {
  const id = person.phone === undefined ? `${person.lid}@lid` : `${person.phone}@s.whatsapp.net`
  return { id, key: chatKey(channel, person.key), person }
}

export function groupChat(channel: WhapiChannel, group: string): WhapiChat {
  const name = group.replace(/@g\.us$/, '')
  return { id: `${name}@g.us`, key: chatKey(channel, name) }
}

/** `from` of a person's messages: digits. */
export function senderOf(person: PersonRecord): string {
  return person.phone ?? person.lid
}

/** The chat that `to`, or a path, names: digits or a chat id. Throws 400 or 404 as Whapi does. */
export function findChat(channel: WhapiChannel, address: string): WhapiChat {
  const { world } = channel
  const [name = '', server = 's.whatsapp.net'] = address.split('@')
  if (server === 'g.us') {
    const chat = groupChat(channel, name)
    if (!world.chats.isGroup(chat.key)) throw new WhapiError(404)
    return chat
  }
  if (server === 'lid') {
    const person = world.people.find(name)
    if (person?.lid !== name) throw new WhapiError(404)
    return chatWith(channel, person)
  }
  if (server !== 's.whatsapp.net' || !/^\d{7,15}$/.test(name))
    throw new WhapiError(400, 'to must be digits, or a chat id: …@s.whatsapp.net, …@lid or …@g.us')
  const person = world.people.find(name) ?? world.people.add({ name: `+${name}`, phone: name })
  return { ...chatWith(channel, person), id: `${name}@s.whatsapp.net` }
}
