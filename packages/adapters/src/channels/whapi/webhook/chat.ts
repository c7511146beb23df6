import type { Chat, Identity, Person } from '@switchboard/core'
import { asWords, type Fields } from '../../../values.js'
import { readJid } from '../../../webhook/jid.js'

/** Where a message stands and, in a group, who wrote it. */
export interface Place {
  readonly chat: Chat
  readonly sender: Person | undefined
}

/**
 * `chat_id` is the address to answer. `from` is the author: in a direct chat the same person, perhaps by another address,
 * since a person may hide the phone behind a LID.
 *
 * @returns `undefined` for channels (`@newsletter`), stories and broadcasts, and when nothing says where it is
 */
export function readChat(message: Fields, fromMe: boolean): Place | undefined {
  const chat = readJid(message.chat_id)
  const name = asWords(message.from_name)
  if (chat?.kind === 'group') {
    const author = fromMe ? undefined : readJid(message.from)
    const sender = author?.kind === 'person' ? personOf([author.identity], name) : undefined
    return { chat: { kind: 'group', id: chat.id }, sender }
  }
  // A chat that is named but is nobody's must not become its author's.
  if (chat?.kind === 'other' || (!chat && message.chat_id !== undefined && message.chat_id !== null)) {
    return undefined
  }
  const identities = identitiesOf(chat?.identity, fromMe ? undefined : message.from)
  if (identities.length === 0) return undefined
  const person = personOf(identities, (fromMe ? undefined : name) ?? asWords(message.chat_name))
  return { chat: { kind: 'direct', person }, sender: undefined }
}

function identitiesOf(chat: Identity | undefined, from: unknown): Identity[] {
  const author = readJid(from)
  if (author?.kind !== 'person') return chat ? [chat] : []
  const { identity } = author
  if (!chat) return [identity]
  // The digits of a LID may come bare, and then look like a phone.
  const digits = (value: string) => value.replace(/\D/g, '')
  const same = chat.kind === identity.kind || digits(chat.value) === digits(identity.value)
  return same ? [chat] : [chat, identity]
}

function personOf(identities: readonly Identity[], name: string | undefined): Person {
  return name === undefined ? { identities } : { identities, name }
}
