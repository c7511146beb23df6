import { asFields, asId, asList, asWords, type Fields } from '../../../values.js'

/** Wrappers of WhatsApp's message: what was said lies within. */
const wrappers = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
]
const deepestWrapper = 4

/** WhatsApp's own message, as GOWS (`_data.Message`) and NOWEB (`_data.message`) pass it on. The others have none. */
export function protoOf(payload: Fields): Fields | undefined {
  const data = asFields(payload._data)
  let proto = asFields(data?.Message) ?? asFields(data?.message)
  for (let level = 0; proto && level < deepestWrapper; level++) {
    const outer: Fields = proto
    const inner = wrappers.map(name => asFields(asFields(outer[name])?.message)).find(Boolean)
    if (!inner) break
    proto = inner
  }
  return proto
}

/** The part of a message that is named `…Message`: `imageMessage`, `pollCreationMessageV3`. */
export function partOf(proto: Fields | undefined, name: RegExp): Fields | undefined {
  if (!proto) return undefined
  const key = Object.keys(proto).find(candidate => name.test(candidate) && asFields(proto[candidate]))
  return key === undefined ? undefined : asFields(proto[key])
}

/** Parts that go with any message and are none. */
const companions = new Set(['messageContextInfo', 'senderKeyDistributionMessage'])

/** The engine's own name of a kind: `imageMessage`, `sticker`, `e2e_notification`. WAHA itself gives none. */
export function kindOf(payload: Fields): string | undefined {
  const data = asFields(payload._data)
  const info = infoOf(payload)
  const proto = protoOf(payload) ?? {}
  const part = Object.keys(proto).find(key => asFields(proto[key]) && !companions.has(key))
  return asWords(data?.type) ?? asWords(info?.MediaType) ?? part ?? wordUnless(info?.Type, 'text')
}

function wordUnless(value: unknown, exception: string): string | undefined {
  return value === exception ? undefined : asWords(value)
}

/** GOWS: whatsmeow's `MessageInfo`. */
export function infoOf(payload: Fields): Fields | undefined {
  return asFields(asFields(payload._data)?.Info)
}

/** NOWEB: Baileys' key. */
function baileysKeyOf(payload: Fields): Fields | undefined {
  return asFields(asFields(payload._data)?.key)
}

/** The name that the writer chose. */
export function nameOf(payload: Fields): string | undefined {
  const data = asFields(payload._data)
  return asWords(infoOf(payload)?.PushName) ?? asWords(data?.pushName) ?? asWords(data?.notifyName)
}

/** Other addresses of the chat's person: the phone of a `@lid`, or the other way round. */
export function chatAlternatives(payload: Fields, own: boolean): readonly unknown[] {
  const info = infoOf(payload)
  const key = baileysKeyOf(payload)
  const names = own ? [info?.RecipientAlt] : [info?.SenderAlt, key?.senderPn, key?.senderLid]
  return [...names, key?.remoteJidAlt].map(asId)
}

/** Other addresses of the member of a group who wrote. */
export function memberAlternatives(payload: Fields): readonly unknown[] {
  const key = baileysKeyOf(payload)
  return [infoOf(payload)?.SenderAlt, key?.participantAlt, key?.participantPn, key?.participantLid].map(asId)
}

/** Whether the person passed on what somebody else had written. */
export function isForwarded(payload: Fields): boolean {
  return contextOf(payload)?.isForwarded === true || asFields(payload._data)?.isForwarded === true
}

/**
 * The addresses of those whom it mentions. GOWS writes `mentionedJID` (whatsmeow), NOWEB `mentionedJid` (Baileys); WPP and
 * WEBJS have a list of their own, whose elements may be objects. Groups that address by LID mention LIDs.
 */
export function mentionedIn(payload: Fields): readonly unknown[] {
  const context = contextOf(payload)
  const data = asFields(payload._data)
  const lists = [context?.mentionedJID, context?.mentionedJid, data?.mentionedJidList, data?.mentionedIds]
  return lists.flatMap(list => asList(list) ?? []).map(address => asFields(address)?._serialized ?? address)
}

/** A group's message may come with the keys of its sender, as a part before the one that says something. */
function contextOf(payload: Fields): Fields | undefined {
  const parts = Object.values(protoOf(payload) ?? {})
  return parts.map(part => asFields(asFields(part)?.contextInfo)).find(Boolean)
}

/** Baileys: `CIPHERTEXT`. WAHA delivers the message again, under the same id, once it could be decrypted. */
const undecryptedStub = 2

/** Whether it has not been decrypted yet. Stored now, the text that follows would count as a duplicate. */
export function isUndecrypted(payload: Fields): boolean {
  const data = asFields(payload._data)
  if (data?.type === 'ciphertext') return true
  const stub = data?.messageStubType
  return (stub === undecryptedStub || stub === 'CIPHERTEXT') && !asFields(data?.message)
}

/** What changes another message, or the keys of a group. WAHA tells of it by events of their own. */
const changes = new Set([
  'protocolMessage',
  'reactionMessage',
  'encReactionMessage',
  'pollUpdateMessage',
  'pinInChatMessage',
  'keepInChatMessage',
  'senderKeyDistributionMessage',
  // WEBJS and WPP
  'reaction',
  'poll_update',
  'revoked',
  'pinned_message',
  'keep_in_chat',
])

/** Whether nothing is said here: a bot must not answer an edit or a reaction that an engine passes on as a message. */
export function isChangeOfAnother(payload: Fields): boolean {
  if (asWords(payload.body) !== undefined) return false
  const type = asWords(asFields(payload._data)?.type)
  if (type !== undefined) return changes.has(type)
  const parts = Object.keys(protoOf(payload) ?? {}).filter(key => key !== 'messageContextInfo')
  return parts.length > 0 && parts.every(key => changes.has(key))
}
