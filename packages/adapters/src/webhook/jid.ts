import type { Identity } from '@switchboard/core'
import { asId } from '../values.js'
import { readPhone } from './phone.js'

/** What an address of WhatsApp Web means to us. */
export type Jid =
  | { readonly kind: 'person'; readonly identity: Identity }
  | { readonly kind: 'group'; readonly id: string }
  /** Channels (`@newsletter`), status updates and broadcast lists: nobody there can be answered. */
  | { readonly kind: 'other' }

/**
 * `15550001234@s.whatsapp.net` (in WAHA also `@c.us`) is a phone, `…@lid` a person who hides theirs, `…@g.us` a group. Bare
 * digits are a phone. The device behind a colon, `…:12@lid`, is not part of the person.
 *
 * @returns `undefined` for what is no address
 */
export function readJid(value: unknown): Jid | undefined {
  const text = asId(value)
  if (text === undefined) return undefined
  const at = text.lastIndexOf('@')
  const server = at === -1 ? '' : text.slice(at + 1)
  const [user = ''] = (at === -1 ? text : text.slice(0, at)).split(':')
  if (user === '') return undefined
  switch (server) {
    case '':
    case 's.whatsapp.net':
    case 'c.us': {
      const phone = readPhone(user)
      if (phone !== undefined) return { kind: 'person', identity: { kind: 'phone', value: phone } }
      return server === ''
        ? undefined
        : { kind: 'person', identity: { kind: 'jid', value: `${user}@${server}` } }
    }
    case 'lid':
      return { kind: 'person', identity: { kind: 'lid', value: `${user}@lid` } }
    case 'g.us':
      return { kind: 'group', id: `${user}@g.us` }
    default:
      return { kind: 'other' }
  }
}

/** The people among some addresses of one person; the first of each kind. */
export function readPeople(addresses: readonly unknown[]): Identity[] {
  const identities: Identity[] = []
  for (const address of addresses) {
    const jid = readJid(address)
    if (jid?.kind !== 'person') continue
    if (!identities.some(({ kind }) => kind === jid.identity.kind)) identities.push(jid.identity)
  }
  return identities
}

/** WhatsApp's groups have 1 024 members at most. Reading 50 000 numbers took three seconds. */
const mostMentions = 1_024

/** Who is mentioned, each once. Groups and what is no address are left out. */
export function readMentions(addresses: readonly unknown[] | undefined): Identity[] {
  const people = new Map<string, Identity>()
  for (const address of addresses?.slice(0, mostMentions) ?? []) {
    const jid = readJid(address)
    if (jid?.kind === 'person') people.set(jid.identity.value, jid.identity)
  }
  return [...people.values()]
}
