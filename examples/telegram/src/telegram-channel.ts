import { createHash, timingSafeEqual } from 'node:crypto'
import {
  type Channel,
  ChannelError,
  type ChannelEvent,
  type Chat,
  type Content,
  type MediaContent,
  type OutboundMessage,
  type Person,
} from '@switchboard/core'

export interface TelegramOptions {
  /** Of @BotFather: `123456:ABC…`. */
  readonly token: string
  /** As given to `setWebhook`: Telegram sends it in a header. */
  readonly webhookSecret: string
  /** Default `https://api.telegram.org`. */
  readonly apiUrl?: string
}

/** Telegram's Bot API as a channel of Switchboard. Facts: https://core.telegram.org/bots/api */
export function telegramChannel(options: TelegramOptions): Channel {
  const { token, webhookSecret, apiUrl = 'https://api.telegram.org' } = options
  const [account = ''] = token.split(':')
  const call = (method: string, fields: object, signal: AbortSignal | undefined) =>
    callApi(`${apiUrl}/bot${token}/${method}`, fields, signal)

  return {
    specificationVersion: 'v1',
    name: 'telegram',
    defaultAccount: account,
    maxTextLength: 4096,

    receive({ method, headers, body }) {
      if (method !== 'POST') return { events: [], response: { status: 405 } }
      const secret = headers.get('x-telegram-bot-api-secret-token') ?? ''
      if (!isSame(secret, webhookSecret)) return { events: [], response: { status: 401 } }
      const update = parse(body)
      if (!update) return { events: [], response: { status: 400 } }
      return { events: [readUpdate(update, account)], response: { status: 200 } }
    },

    async send(message, { signal } = {}) {
      const [method, fields] = bodyOf(message)
      const result = await call(method, fields, signal)
      const id = asNumber(result.message_id)
      if (id === undefined) throw unknown('Telegram answered without the id of a message')
      return { providerId: `${message.to.value}:${id}` }
    },

    async startTyping({ to }, { signal } = {}) {
      await call('sendChatAction', { chat_id: to.value, action: 'typing' }, signal)
    },
  }
}

function readUpdate(update: Fields, account: string): ChannelEvent {
  const message = asFields(update.message) ?? asFields(update.edited_message)
  const chat = asFields(message?.chat)
  const chatId = asNumber(chat?.id)
  const messageId = asNumber(message?.message_id)
  if (!message || chatId === undefined || messageId === undefined) {
    const kind = Object.keys(update).find(key => key !== 'update_id') ?? 'update'
    return { type: 'notice', channel: 'telegram', account, kind, raw: update }
  }
  const sender = readPerson(asFields(message.from), chatId)
  const direct = chat?.type === 'private'
  const content = readContent(message)
  // A message's number counts within its chat only.
  const providerId = `${chatId}:${messageId}`
  const where: Chat = direct ? { kind: 'direct', person: sender } : { kind: 'group', id: String(chatId) }
  const origin = { channel: 'telegram', account, raw: update, author: 'customer', chat: where } as const
  const line = direct ? origin : { ...origin, sender }
  if (update.edited_message) {
    const editId = `${providerId}:edit:${asNumber(message.edit_date)}`
    return { ...line, type: 'edit', providerId: editId, targetId: providerId, content }
  }
  const seconds = asNumber(message.date)
  const quoted = asNumber(asFields(message.reply_to_message)?.message_id)
  return {
    ...line,
    type: 'message',
    providerId,
    content,
    ...(seconds !== undefined && { sentAt: seconds * 1000 }),
    ...(quoted !== undefined && { quotedId: `${chatId}:${quoted}` }),
  }
}

/** A private chat has the number of its person. */
function readPerson(from: Fields | undefined, chatId: number): Person {
  const name = [from?.first_name, from?.last_name].filter(part => asText(part)).join(' ')
  const value = String(asNumber(from?.id) ?? chatId)
  return { identities: [{ kind: 'id', value }], ...(name && { name }) }
}

const mediaTypes = {
  photo: 'image',
  video: 'video',
  audio: 'audio',
  voice: 'voice',
  document: 'document',
} as const

function readContent(message: Fields): Content {
  const text = asText(message.text)
  if (text !== undefined) return { type: 'text', text }
  const { latitude, longitude } = asFields(message.location) ?? {}
  if (typeof latitude === 'number' && typeof longitude === 'number') {
    return { type: 'location', latitude, longitude }
  }
  for (const [field, type] of Object.entries(mediaTypes)) {
    // A photo comes in several sizes, the largest last.
    const file = asFields([message[field]].flat().at(-1))
    if (file && asText(file.file_id)) return readMedia(type, file, asText(message.caption))
  }
  return { type: 'unsupported', reason: 'this channel does not know this kind of message' }
}

function readMedia(type: MediaContent['type'], file: Fields, caption: string | undefined): MediaContent {
  const media = { id: String(file.file_id) }
  const mimeType = asText(file.mime_type)
  return { type, media: mimeType ? { ...media, mimeType } : media, ...(caption && { caption }) }
}

/** The method of the API and its fields. */
function bodyOf({ content, to, quotedId }: OutboundMessage): [method: string, fields: object] {
  const quote = quotedId?.slice(quotedId.lastIndexOf(':') + 1)
  const common = { chat_id: to.value, ...(quote && { reply_parameters: { message_id: Number(quote) } }) }
  switch (content.type) {
    case 'text':
      return ['sendMessage', { ...common, text: content.text }]
    case 'location':
      return ['sendLocation', { ...common, latitude: content.latitude, longitude: content.longitude }]
    case 'image':
      return [
        'sendPhoto',
        { ...common, photo: content.media.id ?? content.media.url, caption: content.caption },
      ]
    default:
      throw refused(`this channel cannot send ${content.type}`, { scope: 'message' })
  }
}

/** One request, one verdict: refused when Telegram says so or nothing left, unknown when nobody can tell. */
async function callApi(url: string, fields: object, signal: AbortSignal | undefined): Promise<Fields> {
  if (signal?.aborted) throw refused('the call was stopped before', { retryable: true })
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(fields), signal: signal ?? null }
  const response = await fetch(url, { ...init, redirect: 'manual' }).catch((error: Error) => {
    // No cause goes along: the messages of `fetch` repeat the address, and with it the token.
    const code = asText(asFields(error.cause)?.code)
    if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') throw refused(code, { retryable: true })
    throw unknown('The connection to Telegram ended without an answer')
  })
  const answer = parse(new Uint8Array(await response.arrayBuffer().catch(() => new ArrayBuffer(0))))
  if (answer?.ok === true) return asFields(answer.result) ?? {}
  const code = asNumber(answer?.error_code) ?? response.status
  if (answer?.ok !== false && (code < 400 || code >= 500)) throw unknown('Telegram gave no answer of its own')
  const seconds = asNumber(asFields(answer?.parameters)?.retry_after)
  throw refused(`error ${code}`, {
    retryable: code === 429 || code >= 500,
    scope: code === 401 ? 'auth' : code === 403 ? 'recipient' : code === 429 ? 'account' : 'message',
    providerCode: String(code),
    ...(seconds !== undefined && { retryAfterMs: seconds * 1000 }),
  })
}

type ErrorOptions = ConstructorParameters<typeof ChannelError>[2]

function refused(why: string, options: ErrorOptions): ChannelError {
  return new ChannelError('channel_refused', `Telegram: nothing was sent (${why}).`, options)
}

function unknown(what: string): ChannelError {
  return new ChannelError('channel_unknown', `${what}: the message may have been sent.`)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
/** In constant time, whatever the lengths. */
const isSame = (given: string, expected: string) => timingSafeEqual(digest(given), digest(expected))

/** A JSON object of which nothing is known yet: every field is checked where it is read. */
type Fields = Readonly<Record<string, unknown>>

function parse(body: Uint8Array): Fields | undefined {
  try {
    return asFields(JSON.parse(new TextDecoder().decode(body)))
  } catch {
    return undefined
  }
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

const asText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const asNumber = (value: unknown) => (Number.isSafeInteger(value) ? (value as number) : undefined)
