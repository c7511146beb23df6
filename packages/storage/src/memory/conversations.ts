import type { Conversation, ConversationTarget, Peer, StoredEvent } from '@switchboard/core'
import { checkId } from './checks.js'
import { clean, defined } from './clean.js'
import { findUser, resolveUser } from './people.js'
import { type ConversationEntry, keyOf, type State, type UserEntry } from './state.js'

interface Place {
  readonly channel: string
  readonly account: string
}

function openChat(state: State, place: Place, user: UserEntry | undefined, peer: Peer): ConversationEntry {
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

/** The conversation of an event; its people become known on the way. */
export function conversationOf(state: State, event: StoredEvent): ConversationEntry {
  if (event.chat.kind === 'group') {
    if (event.sender && event.sender.identities.length > 0) resolveUser(state, event.channel, event.sender)
    return openChat(state, event, undefined, { kind: 'group', value: event.chat.id })
  }
  const { person } = event.chat
  const [peer] = person.identities
  if (!peer) throw new RangeError('unreachable: checkEvent refuses a person without identities')
  const conversation = openChat(state, event, resolveUser(state, event.channel, person), peer)
  if (!event.history) conversation.peer = peer
  return conversation
}

export function findTarget(state: State, target: ConversationTarget): ConversationEntry | undefined {
  if ('conversationId' in target) return state.conversations.get(target.conversationId)
  const { channel, account, peer } = clean(target)
  const user = findUser(state, channel, [peer])
  return user && state.chats.get(keyOf(channel, account, 'direct', user.id))
}

/** As {@link findTarget}; a person by address gets a conversation. */
export function openTarget(state: State, target: ConversationTarget): ConversationEntry | undefined {
  if ('conversationId' in target) return state.conversations.get(target.conversationId)
  const { channel, account, peer } = clean(target)
  checkId(channel, 'channel')
  checkId(account, 'account')
  checkId(peer.value, 'identity')
  return openChat(state, { channel, account }, resolveUser(state, channel, { identities: [peer] }), peer)
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
    user: entry.user && { ...entry.user },
  })
}
