import { asString, type JsonObject } from '../json.js'
import { millisecondsOf } from '../saying.js'
import { ownParticipant, participantOf, stanzaOf } from './addresses.js'
import type { Stamp } from './messages.js'
import type { WahaSession } from './session.js'

/** `_data`: what the engine itself said. Clients should take it for opaque, but the hidden id's phone is only here. */
export function engineData(
  session: WahaSession,
  type: string,
  content: JsonObject,
  stamp: Stamp,
): JsonObject {
  switch (session.engine) {
    case 'GOWS':
      return gowsData(session, type, content, stamp)
    case 'NOWEB':
      return nowebData(session, type, content, stamp)
    case 'WEBJS':
      return { ...(stamp.person && { notifyName: stamp.person.name }), type: webjsType(type, content) }
  }
}

function gowsData(session: WahaSession, type: string, content: JsonObject, stamp: Stamp): JsonObject {
  const { chat, fromMe, person } = stamp
  const group = !chat.person
  const sender = senderOf(session, stamp)
  const hidden = sender.endsWith('@lid')
  return {
    Info: {
      Chat: inner(chat.id),
      Sender: sender,
      IsFromMe: fromMe,
      IsGroup: group,
      AddressingMode: hidden ? 'lid' : 'pn',
      SenderAlt: hidden ? phoneJid(person?.phone) : '',
      RecipientAlt: '',
      BroadcastListOwner: '',
      ID: stanzaOf(stamp.id),
      ServerID: 0,
      Type: mediaTypeOf(type, content) === '' ? 'text' : 'media',
      PushName: person?.name ?? '',
      Timestamp: new Date(millisecondsOf(stamp.timestamp, session.world.now))
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      Category: '',
      Multicast: false,
      MediaType: mediaTypeOf(type, content),
      Edit: '',
    },
    Message: messageOf(type, content),
    IsEphemeral: false,
    IsViewOnce: false,
    IsEdit: false,
  }
}

function nowebData(session: WahaSession, type: string, content: JsonObject, stamp: Stamp): JsonObject {
  const { chat, fromMe, person } = stamp
  const group = !chat.person
  const hidden = senderOf(session, stamp).endsWith('@lid')
  return {
    key: {
      remoteJid: inner(chat.id),
      remoteJidAlt: !group && hidden ? phoneJid(chat.person?.phone) : '',
      fromMe,
      id: stanzaOf(stamp.id),
      participant: group ? senderOf(session, stamp) : '',
      participantAlt: group && hidden ? phoneJid(person?.phone) : '',
      addressingMode: hidden ? 'lid' : 'pn',
    },
    messageTimestamp: Math.floor(millisecondsOf(stamp.timestamp, session.world.now) / 1000),
    pushName: person?.name ?? '',
    broadcast: false,
    message: messageOf(type, content),
    status: fromMe ? 2 : 3,
  }
}

function senderOf(session: WahaSession, { chat, fromMe, person }: Stamp): string {
  if (fromMe) return chat.person ? `${session.phone}@s.whatsapp.net` : ownParticipant(session)
  return chat.person || !person ? inner(chat.id) : participantOf(session, person)
}

// Outside `_data` WAHA writes `@c.us`, inside the engines' own `@s.whatsapp.net`.
function inner(chatId: string): string {
  return chatId.replace(/@c\.us$/, '@s.whatsapp.net')
}

function phoneJid(phone: string | undefined): string {
  return phone === undefined ? '' : `${phone}@s.whatsapp.net`
}

function messageOf(type: string, content: JsonObject): JsonObject {
  return type === 'text' ? { conversation: asString(content.body) ?? '' } : {}
}

function mediaTypeOf(type: string, content: JsonObject): string {
  if (type === 'audio') return content.voice === true ? 'ptt' : 'audio'
  return ['image', 'video', 'document', 'sticker'].includes(type) ? type : ''
}

function webjsType(type: string, content: JsonObject): string {
  const kinds: Readonly<Record<string, string>> = { text: 'chat', contacts: 'vcard', poll: 'poll_creation' }
  return kinds[type] ?? (mediaTypeOf(type, content) || type)
}
