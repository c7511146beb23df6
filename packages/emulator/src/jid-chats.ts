import type { PersonRecord } from './people.js'
import type { World } from './world.js'

/** A chat by the address that WhatsApp Web gives it: with a person, or a group. */
export interface JidChat {
  /** `15550001234@s.whatsapp.net`, `…@lid` for somebody without a visible phone, `…@g.us`. */
  readonly id: string
  /** Key on the emulator's phone. */
  readonly key: string
  readonly person?: PersonRecord
}

/** The account whose chats they are. */
interface Owner {
  readonly world: World
  readonly id: string
}

export function chatKey({ id }: Pick<Owner, 'id'>, personOrGroup: string): string {
  return `${personOrGroup}@${id}`
}

export function chatWith(owner: Pick<Owner, 'id'>, person: PersonRecord): JidChat {
  return { id: jidOf(person), key: chatKey(owner, person.key), person }
}

export function jidOf({ phone, lid }: PersonRecord): string {
  return phone === undefined ? `${lid}@lid` : `${phone}@s.whatsapp.net`
}

export function groupChat(owner: Pick<Owner, 'id'>, group: string): JidChat {
  const name = group.replace(/@g\.us$/, '')
  return { id: `${name}@g.us`, key: chatKey(owner, name) }
}

/** With everybody, and the groups that somebody wrote in. */
export function allChats(owner: Owner): readonly JidChat[] {
  const { people, chats } = owner.world
  const suffix = `@${owner.id}`
  const groups = chats.keys().filter(key => chats.isGroup(key) && key.endsWith(suffix))
  return [
    ...people.all().map(person => chatWith(owner, person)),
    ...groups.map(key => groupChat(owner, key.slice(0, -suffix.length))),
  ]
}

/** The chat that an address names: digits or a chat id. Somebody with a phone number of which nothing is known is added. */
export function findJidChat(owner: Owner, address: string): JidChat | 'unknown' | 'malformed' {
  const { people, chats } = owner.world
  const [name = '', server = 's.whatsapp.net'] = address.split('@')
  if (server === 'g.us') {
    const chat = groupChat(owner, name)
    return chats.isGroup(chat.key) ? chat : 'unknown'
  }
  if (server === 'lid') {
    const person = people.find(name)
    return person?.lid === name ? chatWith(owner, person) : 'unknown'
  }
  if (server !== 's.whatsapp.net' || !/^\d{7,15}$/.test(name)) return 'malformed'
  const person = people.find(name) ?? people.add({ name: `+${name}`, phone: name })
  return { ...chatWith(owner, person), id: `${name}@s.whatsapp.net` }
}
