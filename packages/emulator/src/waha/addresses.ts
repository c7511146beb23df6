import { randomBytes } from 'node:crypto'
import type { PersonRecord } from '../people.js'
import { ownLid, type WahaSession } from './session.js'
import { unprocessable, WahaError } from './waha-error.js'

/** A chat of the session: with a person, or a group. */
export interface WahaChat {
  /** `15550001234@c.us`, `100000000000017@lid`, `…@g.us`. */
  readonly id: string
  /** Key on the emulator's phone. */
  readonly key: string
  readonly person?: PersonRecord
}

export function chatKey({ name }: WahaSession, personOrGroup: string): string {
  return `${personOrGroup}@${name}`
}

export function chatWith(session: WahaSession, person: PersonRecord): WahaChat {
  return { id: addressOf(session, person), key: chatKey(session, person.key), person }
}

export function groupChat(session: WahaSession, group: string): WahaChat {
  const name = group.replace(/@g\.us$/, '')
  return { id: `${name}@g.us`, key: chatKey(session, name) }
}

/** Hidden ids where the session uses them, or where the person shows no phone. */
function addressOf({ addressing }: WahaSession, { phone, lid }: PersonRecord): string {
  return addressing === 'lid' || phone === undefined ? `${lid}@lid` : `${phone}@c.us`
}

/** Who wrote in a group: NOWEB and GOWS name hidden ids, WEBJS phones. */
export function participantOf({ engine }: WahaSession, { phone, lid }: PersonRecord): string {
  return engine === 'WEBJS' && phone !== undefined ? `${phone}@c.us` : `${lid}@lid`
}

export function ownParticipant(session: WahaSession): string {
  return session.engine === 'WEBJS' ? `${session.phone}@c.us` : ownLid(session)
}

/** The chat that a request names. Throws 422 or 500 as WAHA does. */
export function findChat(session: WahaSession, chatId: string): WahaChat {
  const { world } = session
  const [name = '', server = 'c.us'] = chatId.split('@')
  if (server === 'g.us') {
    const chat = groupChat(session, name)
    if (!world.chats.isGroup(chat.key)) throw new WahaError(500, `2 UNKNOWN: group ${chatId} not found`)
    return chat
  }
  if (server === 'lid') {
    const person = world.people.find(name)
    // With the number of a device the engine looks for somebody of that name.
    if (person?.lid !== name) throw new WahaError(500, `2 UNKNOWN: no LID found for ${chatId}`)
    return { ...chatWith(session, person), id: chatId }
  }
  if (!['c.us', 's.whatsapp.net'].includes(server) || !/^\d{7,15}$/.test(name))
    throw unprocessable('chatId must be …@c.us, …@lid or …@g.us')
  const person = world.people.find(name) ?? world.people.add({ name: `+${name}`, phone: name })
  return { ...chatWith(session, person), id: `${name}@c.us` }
}

/** `3EB0` and sixteen hex digits. */
export function newStanzaId(): string {
  return `3EB0${randomBytes(8).toString('hex').toUpperCase()}`
}

/** `{fromMe}_{chat}_{stanza}`, in groups with `_{participant}`; the session remembers it. */
export function fullIdOf(
  session: WahaSession,
  {
    fromMe,
    chat,
    stanza,
    participant,
  }: { fromMe: boolean; chat: WahaChat; stanza: string; participant?: string },
): string {
  const suffix = chat.person || participant === undefined ? '' : `_${participant}`
  const id = `${fromMe}_${chat.id}_${stanza}${suffix}`
  session.fullIds.set(stanza, id)
  return id
}

/** The stanza id within a full id; a stanza id is its own. */
export function stanzaOf(id: string): string {
  return id.split('_')[2] ?? id
}
