import type { Chat, Identity, Person, RevokeEvent } from '@switchboard/core'
import { asFields, asFlag, asId, type Draft, type Fields } from '../../../values.js'
import { readJid, readPeople } from '../../../webhook/jid.js'
import { isAmong } from '../../../webhook/self.js'
import { readTime } from '../../../webhook/time.js'
import { chatIdOf } from '../addresses.js'
import { type MessageKey, readKey } from '../ids.js'
import { chatAlternatives, infoOf, memberAlternatives, nameOf } from './engine-data.js'
import type { Report } from './report.js'

/** What all lines of a chat have, whatever they say. */
type Common = Draft<Omit<RevokeEvent, 'type' | 'targetId'>>

export interface Line {
  readonly key: MessageKey
  readonly common: Common
  /** Written by the session's own account: by us, or by somebody at the phone. */
  readonly own: boolean
}

/**
 * Whose line it is and where it belongs. The chat stands in the id: `from` and `to` depend on the engine.
 *
 * @returns `undefined` for what no conversation could keep: without an id, of a newsletter, of a status update
 */
export function readLine(payload: Fields, report: Report): Line | undefined {
  const key = readKey(payload.id)
  if (!key) return undefined
  const address = chatAddress(payload, key, report.me)
  const jid = readJid(address)
  if (jid?.kind === 'group') {
    const member = memberOf(payload, key)
    const own = isOwn(payload, key, report.me) || member.some(identity => isAmong(identity, report.me))
    const common = commonFields(payload, key, { kind: 'group', id: jid.id }, own, report)
    if (!own && member.length > 0) common.sender = named(member, payload)
    learn(payload, [jid.id], own, key, report)
    return { key, common, own }
  }
  if (jid?.kind !== 'person') return undefined
  const own = isOwn(payload, key, report.me)
  const identities = peopleOfChat(address, chatAlternatives(payload, own), report.me)
  const person = own ? { identities } : named(identities, payload)
  learn(payload, identities.map(chatIdOf), own, key, report)
  return { key, common: commonFields(payload, key, { kind: 'direct', person }, own, report), own }
}

/** The chat's own address first: there the person wrote, and there the answer is certain to arrive. */
function peopleOfChat(
  address: unknown,
  alternatives: readonly unknown[],
  me: readonly Identity[],
): readonly Identity[] {
  const [first, ...others] = readPeople([address, ...alternatives])
  // Some engines name our own account as the alternative of somebody else's message.
  return first ? [first, ...others.filter(other => !isAmong(other, me))] : []
}

/**
 * Without an id in full: `to` unless that is us, else `from`. WEBJS and WPP write own messages from us to the chat, NOWEB
 * and GOWS from the chat to nobody, or to ourselves.
 */
function chatAddress(payload: Fields, key: MessageKey, me: readonly Identity[]): unknown {
  if (key.chat !== undefined) return key.chat
  const candidates = [payload.to, payload.from].filter(address => asId(address) !== undefined)
  const group = candidates.find(address => readJid(address)?.kind === 'group')
  return group ?? candidates.find(address => !isMine(address, me)) ?? candidates[0]
}

function isMine(address: unknown, me: readonly Identity[]): boolean {
  const jid = readJid(address)
  return jid?.kind === 'person' && isAmong(jid.identity, me)
}

function isOwn(payload: Fields, key: MessageKey, me: readonly Identity[]): boolean {
  return asFlag(payload.fromMe) ?? key.fromMe ?? isMine(payload.from, me)
}

function memberOf(payload: Fields, key: MessageKey): readonly Identity[] {
  const named = [payload.participant, payload.author, key.participant, infoOf(payload)?.Sender]
  const participant = named.find(address => readJid(address)?.kind === 'person')
  return readPeople([participant, ...memberAlternatives(payload)])
}

function named(identities: readonly Identity[], payload: Fields): Person {
  const name = nameOf(payload)
  return name === undefined ? { identities } : { identities, name }
}

function commonFields(payload: Fields, key: MessageKey, chat: Chat, own: boolean, report: Report): Common {
  const common: Common = {
    channel: report.channel,
    account: report.account,
    providerId: key.stanza,
    chat,
    author: own ? 'operator' : 'customer',
  }
  const sentAt = readTime(payload.timestamp, report.now)
  if (sentAt !== undefined) common.sentAt = sentAt
  if (report.history) common.history = true
  if (report.raw) common.raw = report.raw
  return common
}

/** Only an id in full is worth keeping: bare ones can be had from the conversation. */
function learn(
  payload: Fields,
  chats: readonly string[],
  own: boolean,
  key: MessageKey,
  { memory, account }: Report,
): void {
  const fullId = asId(payload.id) ?? asId(asFields(payload.id)?._serialized)
  // A message of ours that came as a stranger's would be quoted under an id that WAHA does not know.
  if (fullId === undefined || key.chat === undefined || key.fromMe !== own) return
  memory.learn(account, key.stanza, { fullId, chats: [key.chat, ...chats] })
}
