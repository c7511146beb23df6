import type { ConversationTarget, Identity, MergeResult, Person, StoredEvent } from '@switchboard/core'
import { checkId } from './checks.js'
import { clean } from './clean.js'
import { conversationById, openChat } from './conversations.js'
import { ownerOf } from './people.js'
import { type Recognised, recognise } from './recognition.js'
import type { ConversationEntry, State } from './state.js'

/** Where an event belongs, and which users it showed to be one. */
interface Chat {
  readonly conversation: ConversationEntry
  readonly merges: readonly MergeResult[]
}

/** The conversation of an event; its people become known on the way, and who turns out to be one is merged. */
export function conversationOf(state: State, event: StoredEvent, now: number): Chat {
  if (event.chat.kind === 'group') {
    const { sender, chat } = event
    const merges = sender && sender.identities.length > 0 ? meet(state, event, sender, now).merges : []
    return { conversation: openChat(state, event, undefined, { kind: 'group', value: chat.id }), merges }
  }
  const { person } = event.chat
  const { user, merges } = meet(state, event, person, now)
  const isTheirs = (identity: Identity) => ownerOf(state, event.channel, identity) === user
  const peer = person.identities.find(isTheirs)
  if (!peer) throw new RangeError('unreachable: checkEvent refuses a person without identities')
  const conversation = openChat(state, event, user, peer)
  if (!event.history) conversation.peer = peer
  return { conversation, merges }
}

function meet(state: State, event: StoredEvent, { identities, name }: Person, now: number): Recognised {
  const evidence = {
    channel: event.channel,
    identities,
    reason: 'shown',
    current: !event.history,
    at: 0,
  } as const
  const recognised = recognise(state, evidence, now)
  if (name !== undefined) recognised.user.name = name
  return recognised
}

/** As `findTarget`; a person by address gets a conversation. */
export function openTarget(state: State, target: ConversationTarget): ConversationEntry | undefined {
  if ('conversationId' in target) return conversationById(state, target.conversationId)
  const { channel, account, peer } = clean(target)
  checkId(channel, 'channel')
  checkId(account, 'account')
  checkId(peer.value, 'identity')
  const evidence = { channel, identities: [peer], reason: 'shown', current: true, at: 0 } as const
  return openChat(state, { channel, account }, recognise(state, evidence, state.now()).user, peer)
}
