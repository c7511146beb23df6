import type { Fate, ProviderCall } from '../api/call.js'
import type { Exchange, Reply } from '../http/exchange.js'
import type { JidChat } from '../jid-chats.js'
import { asObjects, asString, compact, isObject, type JsonObject } from '../json.js'
import { announceSent } from '../receipts.js'
import { showMessage } from '../show-message.js'
import { showTyping } from '../typing.js'
import { findChat } from './addresses.js'
import { BODIES } from './bodies.js'
import { newMessageId, type WhapiChannel } from './channel.js'
import { toWhapi } from './content.js'
import { keepFile, type MediaSource, readMedia } from './media.js'
import { quoteOf, wireMessage } from './messages.js'
import { messagePosted, reportStatus, tell } from './outgoing.js'
import { readBody } from './request.js'
import { WhapiError } from './whapi-error.js'

interface Draft {
  readonly chat: JidChat
  readonly to: string
  /** In the emulator's words. */
  readonly type: string
  readonly content: JsonObject
  readonly text: string | undefined
  readonly quotedId: string | undefined
  readonly body: JsonObject
  readonly source: MediaSource | undefined
}

/** `POST /messages/{kind}`. Throws a WhapiError when Whapi would refuse it. */
export async function readSend(
  channel: WhapiChannel,
  exchange: Exchange,
  kind: string,
): Promise<ProviderCall> {
  const check = BODIES[kind]
  if (!check) throw new WhapiError(404, `There is no message type "${kind}"`)
  const body = await readBody(exchange, check)
  const to = String(body.to)
  const chat = findChat(channel, to)
  for (const key of ['quoted', 'edit']) requireKnown(channel, body[key])
  const mimeType = asString(body.mime_type)
  const source = body.media === undefined ? undefined : await readMedia(channel, body.media, mimeType)
  const [type, content] = contentOf(kind, body)
  const text = textOf(type, content)
  const draft = { chat, to, type, content, text, body, source, quotedId: asString(body.quoted) }
  const typingMs = Number(body.typing_time ?? body.recording_time ?? 0) * 1000
  return compact({
    operation: 'message' as const,
    via: [channel.id, 'whapi'],
    to,
    type,
    text,
    body: withoutFile(body),
    perform: async (sequence: number, fate: Fate) => {
      await waitTyping(channel, chat, typingMs)
      if (body.edit !== undefined) return editOwn(channel, draft, sequence)
      return accept(channel, draft, sequence, fate)
    },
  })
}

/** Throws 404 unless the message is known, or the emulator was told not to be strict. */
export function requireKnown({ world }: WhapiChannel, id: unknown): void {
  if (typeof id === 'string' && world.settings.strictMessageIds && !world.chats.get(id))
    throw new WhapiError(404, 'Specified message not found')
}

// The call takes as long as the typing it plays.
async function waitTyping({ world }: WhapiChannel, chat: JidChat, ms: number): Promise<void> {
  if (ms <= 0) return
  showTyping(world, chat.key, ms)
  await world.timers.wait(ms)
}

function contentOf(kind: string, body: JsonObject): [type: string, content: JsonObject] {
  const pick = (...keys: string[]) => compact(Object.fromEntries(keys.map(key => [key, body[key]])))
  switch (kind) {
    case 'text':
    case 'link_preview':
      return ['text', { body: body.body }]
    case 'voice':
      return ['audio', { voice: true }]
    case 'audio':
      return ['audio', { voice: false }]
    case 'gif':
    case 'short':
      return ['video', pick('caption')]
    case 'location':
    case 'live_location':
      return ['location', pick('latitude', 'longitude', 'name', 'address', 'url')]
    case 'contact':
      return ['contacts', { list: [cardOf(body)] }]
    case 'contact_list':
      return ['contacts', { list: asObjects(body.list).map(cardOf) }]
    case 'poll':
      return ['poll', { name: body.title, options: body.options, multiple: body.count === 0 }]
    case 'interactive':
      return ['interactive', interactiveOf(body)]
    default:
      return [kind, pick('caption', 'filename', 'animated')]
  }
}

function cardOf({ name, vcard }: JsonObject): JsonObject {
  return { name: { formatted_name: asString(name) ?? '' }, vcard }
}

/** Buttons and lists in Meta's shape, which is what the phone shows; `whapi` keeps what was sent. */
function interactiveOf({ type, header, body, footer, action }: JsonObject): JsonObject {
  const { buttons, list } = action as JsonObject
  const shown = isObject(list)
    ? { type: 'list', action: { button: list.label, sections: list.sections } }
    : { type: 'button', action: { buttons: asObjects(buttons).map(replyButton) } }
  const headed = isObject(header) ? { type: 'text', ...header } : undefined
  const whapi = compact({ type, header, body, footer, action })
  return { ...shown, ...compact({ header: headed, body, footer }), whapi }
}

function replyButton({ id, title }: JsonObject): JsonObject {
  return { type: 'reply', reply: { id, title } }
}

function textOf(type: string, content: JsonObject): string | undefined {
  const inner = isObject(content.body) ? asString(content.body.text) : asString(content.body)
  return (
    inner ??
    asString(content.caption) ??
    asString(content.name) ??
    (type === 'contacts' ? nameOf(content) : undefined)
  )
}

function nameOf({ list }: JsonObject): string | undefined {
  const [first] = asObjects(list)
  return isObject(first?.name) ? asString(first.name.formatted_name) : undefined
}

async function accept(channel: WhapiChannel, draft: Draft, sequence: number, fate: Fate): Promise<Reply> {
  const { world } = channel
  const { chat, type, text, quotedId, source } = draft
  const id = newMessageId()
  const content = { ...draft.content, ...(source && stored(channel, source)) }
  const shown = type === 'contacts' ? asObjects(content.list) : content
  showMessage(
    world,
    { type, [type]: shown },
    { ...placeOf(channel, draft, id), ...compact({ quotedId, text }) },
  )
  const sent = record(channel, draft, { id, type, text, sequence })
  const stamp = { id, chat, fromMe: true, source: 'api', timestamp: world.now(), status: 'pending' } as const
  const context = quoteOf(channel, quotedId)
  const wire = wireMessage(channel, toWhapi(channel, type, shown), { ...stamp, context })
  if (fate.statuses)
    await announceSent(world, {
      echo: async () => channel.webhook && tell(channel, [messagePosted(wire)], 'echoes'),
      report: status => reportStatus(channel, [sent], status, fate.failure?.code),
      fails: fate.failure !== undefined,
    })
  return { status: 200, body: { sent: true, message: wire } }
}

function placeOf(channel: WhapiChannel, { chat }: Pick<Draft, 'chat'>, id: string) {
  const account = { provider: 'whapi', phoneNumberId: channel.id } as const
  return { ...account, id, chat: chat.key, author: 'business', timestamp: channel.world.now() } as const
}

function stored(channel: WhapiChannel, source: MediaSource): JsonObject {
  if ('link' in source) return { link: source.link }
  const file = 'id' in source ? channel.world.media.get(source.id) : keepFile(channel, source)
  return compact({ id: file?.id, mime_type: file?.mimeType, filename: file?.filename })
}

function record(
  channel: WhapiChannel,
  { to, chat, quotedId, body }: Pick<Draft, 'to' | 'chat' | 'quotedId' | 'body'>,
  { id, type, text, sequence }: { id: string; type: string; text: string | undefined; sequence: number },
) {
  const { world } = channel
  const sent = compact({
    wamid: id,
    provider: 'whapi' as const,
    to,
    person: chat.person?.key,
    phoneNumberId: channel.id,
    type,
    text,
    quotedId,
    body: withoutFile(body),
    acceptedAt: world.now(),
    sequence,
  })
  world.ledger.addSent(sent)
  return sent
}

function editOwn(channel: WhapiChannel, draft: Draft, sequence: number): Reply {
  const { world } = channel
  const target = asString(draft.body.edit) ?? ''
  if (world.chats.get(target)?.author === 'person')
    throw new WhapiError(403, 'Only own messages can be edited')
  const id = newMessageId()
  world.chats.edit(target, draft.content, draft.text)
  record(channel, draft, { id, type: 'edit', text: draft.text, sequence })
  const stamp = {
    id,
    chat: draft.chat,
    fromMe: true,
    source: 'api',
    timestamp: world.now(),
    status: 'pending',
  } as const
  const wire = wireMessage(channel, toWhapi(channel, draft.type, draft.content), stamp)
  return { status: 200, body: { sent: true, message: wire } }
}

/** A reaction to a message, or what takes the bot's own message back: on the ledger as something sent. */
export function recordChange(
  channel: WhapiChannel,
  target: string,
  change: { type: 'reaction' | 'revoke'; text?: string; sequence: number },
): void {
  const { world } = channel
  const message = world.chats.get(target)
  const person = message && world.people.find(message.chat.split('@')[0] ?? '')
  record(
    channel,
    {
      to: person?.phone ?? person?.lid ?? message?.chat ?? '',
      chat: compact({ id: '', key: message?.chat ?? '', person }),
      quotedId: undefined,
      body: { target },
    },
    { id: newMessageId(), text: undefined, ...change },
  )
}

function withoutFile(body: JsonObject): JsonObject {
  const { media } = body
  return media instanceof File ? { ...body, media: `<${media.size} bytes>` } : body
}
