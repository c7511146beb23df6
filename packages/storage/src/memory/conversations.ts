import type { Conversation, ConversationTarget, Peer, User } from '@switchboard/core'
import { clean, defined } from './clean.js'
import { findUser } from './people.js'
import { type ConversationEntry, keyOf, type State, type UserEntry } from './state.js'

interface Place {
  readonly channel: string
  readonly account: string
}

/** The chat of a user, or the group, on an account: made when there is none. */
export function openChat(
  state: State,
  place: Place,
  user: UserEntry | undefined,
  peer: Peer,
): ConversationEntry {
  const kind = user ? 'direct' : 'group'
  const key = keyOf(place.channel, place.account, kind, user ? user.id : peer.value)
  const known = state.chats.get(key)
  if (known) return known
  const conversation: ConversationEntry = {
    id: state.nextId('conversation-'),
    channel: place.channel,
    account: place.account,
    kind,
    user,
    peer,
    handoff: 'bot',
    idleAt: null,
    version: 0,
    fence: 0,
    readTo: 0,
    lastPosition: 0,
    dueAt: null,
    leaseUntil: null,
    attempts: 0,
    voids: 0,
    lines: [],
    unread: [],
    outbox: [],
    parked: new Set(),
    customerAt: undefined,
    replays: [],
  }
  state.chats.set(key, conversation)
  state.conversations.set(conversation.id, conversation)
  return conversation
}

/** The conversation of this id, or the one that it went into. */
export function conversationById(state: State, id: string): ConversationEntry | undefined {
  return state.conversations.get(state.mergedConversations.get(id) ?? id)
}

export function findTarget(state: State, target: ConversationTarget): ConversationEntry | undefined {
  if ('conversationId' in target) return conversationById(state, target.conversationId)
  const { channel, account, peer } = clean(target)
  const user = findUser(state, channel, [peer])
  return user && state.chats.get(keyOf(channel, account, 'direct', user.id))
}

/** Files the conversation under the time when it is both due and free. */
export function fileDue(state: State, conversation: ConversationEntry): void {
  if (conversation.dueAt === null) state.due.delete(conversation)
  else state.due.set(conversation, Math.max(conversation.dueAt, conversation.leaseUntil ?? 0))
}

export function toConversation(entry: ConversationEntry): Conversation {
  return defined<Conversation>({
    id: entry.id,
    channel: entry.channel,
    account: entry.account,
    kind: entry.kind,
    peer: { ...entry.peer },
    handoff: entry.handoff,
    user: entry.user && defined<User>({ id: entry.user.id, name: entry.user.name, phone: entry.user.phone }),
  })
}
