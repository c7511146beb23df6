import { accountOf } from './account.js'
import { type ChatMessage, isUnread } from './chats.js'
import { compact, type JsonObject } from './json.js'
import type { SentMessage } from './ledger.js'
import type { PersonDetails, PersonRecord } from './people.js'
import { sampleDocument } from './samples/document.js'
import { sampleImage } from './samples/image.js'
import { sampleVoiceNote } from './samples/voice-note.js'
import type { Said, SayOptions } from './saying.js'
import { type Delivery, joinDeliveries } from './webhooks/redeliver.js'
import type { World } from './world.js'

export interface MediaOptions extends SayOptions {
  readonly caption?: string
  /** Default: that of the sample, or the usual one of the kind. */
  readonly mimeType?: string
  /** Documents only. */
  readonly filename?: string
}

/** Somebody with a phone. Each method is something done on that phone, and resolves when the webhook was taken. */
export interface Person {
  /** Names the person in chats, addresses and the control API: `alex-rivera`. */
  readonly key: string
  readonly name: string
  /** Digits, as in `wa_id`; absent when the business is not shown it. */
  readonly phone: string | undefined
  /** The business-scoped user id (BSUID). */
  readonly userId: string | undefined
  /** With its `@`. */
  readonly username: string | undefined

  /** Writes a text. */
  text(body: string, options?: SayOptions): Promise<Said>
  /** Without bytes: a small built-in picture. */
  image(bytes?: Uint8Array, options?: MediaOptions): Promise<Said>
  video(bytes: Uint8Array, options?: MediaOptions): Promise<Said>
  sticker(bytes: Uint8Array, options?: MediaOptions): Promise<Said>
  /** An audio file. */
  audio(bytes: Uint8Array, options?: MediaOptions): Promise<Said>
  /** OGG/Opus recorded in the chat (`voice: true`). Without bytes: one second of silence. */
  voiceNote(bytes?: Uint8Array, options?: MediaOptions): Promise<Said>
  /** Without bytes: a one-page PDF. */
  document(bytes?: Uint8Array, options?: MediaOptions): Promise<Said>
  location(
    place: { latitude: number; longitude: number; name?: string; address?: string; url?: string },
    options?: SayOptions,
  ): Promise<Said>
  /** Contact cards in Meta's shape. */
  contacts(cards: readonly JsonObject[], options?: SayOptions): Promise<Said>
  /** Puts an emoji on a message; an empty one takes it back. */
  react(messageId: string, emoji: string, options?: SayOptions): Promise<Said>
  /** Taps a reply button. */
  button(button: { id: string; title: string }, options?: SayOptions): Promise<Said>
  /** Picks a row of a list. */
  listReply(row: { id: string; title: string; description?: string }, options?: SayOptions): Promise<Said>
  /** Taps a quick-reply button of a template. */
  templateButton(button: { payload: string; text: string }, options?: SayOptions): Promise<Said>
  /** Changes the words of a message of theirs. */
  edit(messageId: string, body: string, options?: SayOptions): Promise<Said>
  /** Deletes a message of theirs for everyone. */
  revoke(messageId: string, options?: SayOptions): Promise<Said>
  /** Votes in a poll of the bot, by the words of the options; none takes the vote back. Whapi and WAHA only. */
  vote(messageId: string, options: readonly string[], sayOptions?: SayOptions): Promise<Said>
  /** Any message in Meta's shape: `{ type: 'order', order: { … } }`. */
  message(message: JsonObject & { type: string }, options?: SayOptions): Promise<Said>

  /** Opens the chat, or a group: `read` statuses for everything from the business that was not read yet. */
  read(options?: { readonly group?: string; readonly via?: string }): Promise<Delivery | undefined>
  /** Changes how the person shows: `{ phone: null }` hides the number, `{ phone: '+1…' }` shows it. */
  change(details: Partial<PersonDetails>): void
  /** What the bot sent to this person, as accepted. */
  received(): readonly SentMessage[]
  /** The chat as it stands on the phone, echoes included. */
  chat(options?: { readonly via?: string }): readonly ChatMessage[]
}

export function createPerson(world: World, record: PersonRecord): Person {
  const account = (via?: string) => accountOf(world.providers, via)
  const say = async (message: JsonObject, options: SayOptions = {}): Promise<Said> =>
    account(options.via).say(record, message, options)
  const tell = (type: string, content: unknown, options?: SayOptions): Promise<Said> =>
    say({ type, [type]: content }, options)
  const show = (
    type: string,
    bytes: Uint8Array,
    fallback: string,
    options: MediaOptions = {},
    extra: JsonObject = {},
  ) => tell(type, mediaContent(world, bytes, fallback, options, extra), options)
  return {
    key: record.key,
    get name() {
      return record.name
    },
    get phone() {
      return record.phone
    },
    get userId() {
      return record.userId
    },
    get username() {
      return record.username
    },
    text: (body, options) => tell('text', { body }, options),
    image: (bytes, options) =>
      show('image', bytes ?? sampleImage(), bytes ? 'image/jpeg' : 'image/png', options),
    video: (bytes, options) => show('video', bytes, 'video/mp4', options),
    sticker: (bytes, options) => show('sticker', bytes, 'image/webp', options, { animated: false }),
    audio: (bytes, options) => show('audio', bytes, 'audio/mpeg', options, { voice: false }),
    voiceNote: (bytes, options) =>
      show('audio', bytes ?? sampleVoiceNote(), 'audio/ogg; codecs=opus', options, { voice: true }),
    document: (bytes, options) =>
      show('document', bytes ?? sampleDocument(), 'application/pdf', {
        filename: 'document.pdf',
        ...options,
      }),
    location: (place, options) => tell('location', place, options),
    contacts: (cards, options) => tell('contacts', cards, options),
    react: (messageId, emoji, options) => tell('reaction', { message_id: messageId, emoji }, options),
    button: (button, options) => tell('interactive', { type: 'button_reply', button_reply: button }, options),
    listReply: (row, options) => tell('interactive', { type: 'list_reply', list_reply: row }, options),
    templateButton: (button, options) => tell('button', button, options),
    edit: (messageId, body, options) =>
      tell('edit', { original_message_id: messageId, message: { type: 'text', text: { body } } }, options),
    revoke: (messageId, options) => tell('revoke', { original_message_id: messageId }, options),
    vote: (messageId, options, sayOptions) => tell('vote', { message_id: messageId, options }, sayOptions),
    message: say,
    read: ({ group = record.key, via } = {}) => readChat(world, account(via).chatKey(group)),
    change: details => world.people.change(record, details),
    received: () => world.ledger.view.sent().filter(sent => sent.person === record.key),
    chat: ({ via } = {}) => world.chats.of(account(via).chatKey(record.key)),
  }
}

function mediaContent(
  world: World,
  bytes: Uint8Array,
  fallback: string,
  options: MediaOptions,
  extra: JsonObject,
): JsonObject {
  const { caption, filename } = options
  const file = world.media.put(compact({ bytes, filename, mimeType: options.mimeType ?? fallback }))
  return compact({
    caption,
    filename,
    mime_type: file.mimeType,
    sha256: file.sha256.base64,
    id: file.id,
    ...extra,
  })
}

async function readChat(world: World, chat: string): Promise<Delivery | undefined> {
  const messages = world.chats.of(chat).filter(isUnread)
  // Written on the business phone: nobody asked for statuses of these.
  for (const { author, id } of messages) if (author === 'phone-app') world.chats.tick(id, 'read')
  const unread = messages.flatMap(message => world.ledger.findSent(message.id) ?? [])
  const deliveries: Delivery[] = []
  for (const each of world.providers.flatMap(provider => provider.accounts)) {
    const mine = unread.filter(sent => sent.phoneNumberId === each.id)
    const delivery = mine.length > 0 ? await each.report(mine, 'read') : undefined
    if (delivery) deliveries.push(delivery)
  }
  return deliveries.length > 0 ? joinDeliveries(deliveries) : undefined
}
