import type { Fate, ProviderCall } from '../api/call.js'
import type { Reply } from '../http/exchange.js'
import { asObjects, asString, compact, isObject, type JsonObject } from '../json.js'
import type { SentMessage } from '../ledger.js'
import { announceStatuses } from '../receipts.js'
import { showMessage } from '../show-message.js'
import { cardName } from '../vcard.js'
import { findChat, fullIdOf, newStanzaId, ownParticipant, stanzaOf, type WahaChat } from './addresses.js'
import { type Stamp, wireMessage } from './messages.js'
import { reportStatus, tell } from './outgoing.js'
import type { WahaSession } from './session.js'
import { unprocessable, WahaError } from './waha-error.js'

/** The requests that send a message. */
export type SendKind =
  | 'sendText'
  | 'sendImage'
  | 'sendFile'
  | 'sendVoice'
  | 'sendVideo'
  | 'sendLocation'
  | 'sendContactVcard'
  | 'sendPoll'

interface Draft {
  readonly kind: SendKind
  readonly chat: WahaChat
  /** In the emulator's words. */
  readonly type: string
  readonly content: JsonObject
  readonly text: string | undefined
  readonly quotedId: string | undefined
  readonly body: JsonObject
  /** The client's own id for it: the same twice is one message. */
  readonly stanza: string | undefined
}

/** A checked body as a call. Throws a WahaError when WAHA would refuse it. */
export function readSend(session: WahaSession, kind: SendKind, body: JsonObject): ProviderCall {
  const draft = readDraft(session, kind, body)
  return compact({
    operation: 'message' as const,
    via: [session.name, 'waha'],
    to: asString(body.chatId),
    type: draft.type,
    text: draft.text,
    body: withoutData(body),
    perform: (sequence: number, fate: Fate) => accept(session, draft, sequence, fate),
  })
}

function readDraft(session: WahaSession, kind: SendKind, body: JsonObject): Draft {
  const chat = findChat(session, String(body.chatId))
  const quotedId = asString(body.reply_to)
  if (quotedId !== undefined) requireKnown(session, quotedId, 'reply_to')
  const [type, content] = contentOf(kind, body)
  const text =
    asString(content.body) ??
    asString(content.caption) ??
    asString(content.name) ??
    (type === 'contacts' ? asObjects(content.list).map(cardName)[0] : undefined)
  return { kind, chat, type, content, text, quotedId, body, stanza: clientId(session, body) }
}

/** The full id of a message named by its full id, or by its stanza id. Throws 422 when it is unknown, unless told not to. */
export function requireKnown(session: WahaSession, id: string, name: string): string {
  const { chats } = session.world
  const found = chats.get(id) ? id : session.fullIds.get(stanzaOf(id))
  if (found !== undefined) return found
  if (session.world.settings.strictMessageIds) throw unprocessable(`${name}: message ${id} not found`)
  return id
}

// NOWEB and GOWS take ids of the client's own (WAHA 2026.4.3); WEBJS does not look at them.
function clientId({ engine }: WahaSession, { id }: JsonObject): string | undefined {
  if (engine === 'WEBJS' || typeof id !== 'string') return undefined
  if (!/^[0-9A-F]{16,32}$/i.test(id))
    throw unprocessable('id must be one of GET /api/{session}/new-message-id: 16 to 32 hex digits')
  return id
}

function contentOf(kind: SendKind, body: JsonObject): [type: string, content: JsonObject] {
  const { caption } = body
  const file = isObject(body.file) ? body.file : {}
  switch (kind) {
    case 'sendText':
      return ['text', { body: body.text }]
    case 'sendImage':
      return ['image', textsOf({ caption })]
    case 'sendFile':
      return ['document', textsOf({ caption, filename: file.filename })]
    case 'sendVideo':
      return ['video', textsOf({ caption })]
    case 'sendVoice':
      return ['audio', { voice: true }]
    case 'sendLocation':
      return ['location', { latitude: body.latitude, longitude: body.longitude, name: body.title }]
    case 'sendContactVcard':
      return ['contacts', { list: asObjects(body.contacts).map(cardOf) }]
    case 'sendPoll': {
      const { name, options, multipleAnswers } = isObject(body.poll) ? body.poll : {}
      return ['poll', { name, options, multiple: multipleAnswers }]
    }
  }
}

function textsOf(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => typeof value === 'string'))
}

function cardOf({ fullName, phoneNumber, whatsappId, vcard }: JsonObject): JsonObject {
  const given = asString(vcard)
  const name = asString(fullName) ?? /^FN:(.*)$/m.exec(given ?? '')?.[1] ?? ''
  const phone = compact({ phone: asString(phoneNumber), wa_id: asString(whatsappId) })
  return compact({ name: { formatted_name: name }, phones: [phone], vcard: given })
}

async function accept(session: WahaSession, draft: Draft, sequence: number, fate: Fate): Promise<Reply> {
  const { world } = session
  const { chat, type, text, quotedId, stanza = newStanzaId() } = draft
  const before = session.answered.get(stanza)
  if (before) return answer(session, draft, before)
  const id = fullIdOf(session, { fromMe: true, chat, stanza, participant: ownParticipant(session) })
  const content = { ...draft.content, ...storedFile(session, draft) }
  const shown = type === 'contacts' ? asObjects(content.list) : content
  const account = { provider: 'waha', phoneNumberId: session.name } as const
  const place = { ...account, id, chat: chat.key, author: 'business', timestamp: world.now() } as const
  showMessage(world, { type, [type]: shown }, { ...place, ...compact({ quotedId, text }) })
  const sent = record(session, { id, chat, type, text, quotedId, body: draft.body, sequence })
  const stamp: Stamp = { id, chat, fromMe: true, source: 'api', timestamp: world.now(), quotedId }
  const wire = wireMessage(session, type, shown, stamp)
  session.answered.set(stanza, wire)
  await announce(session, sent, wire, fate)
  return answer(session, draft, wire)
}

// What polls and cards are answered with is not documented; the engine with a browser is taken to say nothing.
function answer({ engine }: WahaSession, { kind }: Draft, wire: JsonObject): Reply {
  const silent = engine === 'WEBJS' && (kind === 'sendPoll' || kind === 'sendContactVcard')
  return { status: 201, body: silent ? null : wire }
}

async function announce(
  session: WahaSession,
  sent: SentMessage,
  payload: JsonObject,
  fate: Fate,
): Promise<void> {
  if (!fate.statuses) return
  if (session.webhook !== undefined)
    void session.world.office.track(tell(session, [{ event: 'message.any', payload }], 'echoes'))
  await announceStatuses(
    session.world,
    status => reportStatus(session, [sent], status),
    fate.failure !== undefined,
  )
}

function storedFile(session: WahaSession, { body }: Draft): JsonObject {
  const { file } = body
  if (!isObject(file)) return {}
  const mimeType = String(file.mimetype)
  if (typeof file.data !== 'string') return { link: file.url, mime_type: mimeType }
  const bytes = Buffer.from(file.data, 'base64')
  const filename = asString(file.filename)
  const stored = session.world.media.put(compact({ bytes, mimeType, filename }))
  return { id: stored.id, mime_type: mimeType }
}

/** Puts on the ledger what was accepted, and gives it back. */
export function record(
  session: WahaSession,
  sent: Pick<SentMessage, 'type' | 'body' | 'sequence'> & {
    readonly id: string
    readonly chat: WahaChat
    readonly text: string | undefined
    readonly quotedId?: string | undefined
  },
): SentMessage {
  const { id, chat, body, ...others } = sent
  const message: SentMessage = compact({
    ...others,
    wamid: id,
    provider: 'waha' as const,
    to: chat.id,
    person: chat.person?.key,
    phoneNumberId: session.name,
    body: withoutData(body),
    acceptedAt: session.world.now(),
  })
  session.world.ledger.addSent(message)
  return message
}

function withoutData(body: JsonObject): JsonObject {
  const { file } = body
  if (!isObject(file) || typeof file.data !== 'string') return body
  return { ...body, file: { ...file, data: `<${file.data.length} characters>` } }
}

/** The bot's own message, to edit or to delete. Throws 422 when it is a person's. */
export function requireOwn(session: WahaSession, id: string): string {
  const found = requireKnown(session, id, 'messageId')
  if (session.world.chats.get(found)?.author === 'person')
    throw new WahaError(422, 'Only own messages can be changed')
  return found
}
