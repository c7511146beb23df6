import { createHash, timingSafeEqual } from 'node:crypto'
import {
  type Channel,
  ChannelError,
  type ChannelErrorOptions,
  type ChannelEvent,
  type Chat,
  type Content,
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
    // Telegram's FAQ for bots: about 30 messages a second in all, one a second in a chat.
    limits: { account: { burst: 30, everyMs: 34 }, recipient: { burst: 3, everyMs: 1000 } },

    receive({ method, headers, body }) {
      if (method !== 'POST') return { events: [], response: { status: 405 } }
      const secret = headers.get('x-telegram-bot-api-secret-token') ?? ''
      if (!isSame(secret, webhookSecret)) return { events: [], response: { status: 401 } }
      const update = parse(body)
      if (!update) return { events: [], response: { status: 400 } }
      return { events: [readUpdate(update, account)], response: { status: 200 } }
    },

    async send(message, { signal } = {}) {
      const result = await call(...bodyOf(message), signal)
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
  const origin = { channel: 'telegram', account, raw: update } as const
  const { message, edited_message, message_reaction } = update
  const told = asFields(message ?? edited_message ?? message_reaction) ?? {}
  const chat = asFields(told.chat)
  const [chatId, messageId, updateId] = [chat?.id, told.message_id, update.update_id].map(asNumber)
  const reactions = Array.isArray(told.new_reaction) ? told.new_reaction : []
  const emoji = asText(asFields(reactions.at(-1))?.emoji)
  // A reaction may be a picture of somebody's own, or an anonymous administrator's.
  const unreadable = message_reaction && (!asFields(told.user) || (reactions.length > 0 && !emoji))
  if (chatId === undefined || messageId === undefined || updateId === undefined || unreadable) {
    const kind = Object.keys(update).find(key => key !== 'update_id') ?? 'update'
    return { type: 'notice', ...origin, kind }
  }
  const sender = readPerson(asFields(told.from ?? told.user), chatId)
  const direct = chat?.type === 'private'
  const where: Chat = direct ? { kind: 'direct', person: sender } : { kind: 'group', id: String(chatId) }
  const seconds = asNumber(told.edit_date ?? told.date)
  const time = seconds !== undefined && { sentAt: seconds * 1000 }
  const line = { ...origin, author: 'customer', chat: where, ...(!direct && { sender }), ...time } as const
  // A message's number counts within its chat only. An update has one of its own, the same at every delivery.
  const providerId = `${chatId}:${messageId}`
  const change = { ...line, providerId: `${providerId}:${updateId}`, targetId: providerId }
  if (message_reaction) return { ...change, type: 'reaction', ...(emoji && { emoji }) }
  const content = readContent(told)
  if (edited_message) return { ...change, type: 'edit', content }
  const quoted = asNumber(asFields(told.reply_to_message)?.message_id)
  return {
    ...line,
    type: 'message',
    providerId,
    content,
    ...(quoted !== undefined && { quotedId: `${chatId}:${quoted}` }),
  }
}

/** A private chat has the number of its person. */
function readPerson(from: Fields | undefined, chatId: number): Person {
  const name = [from?.first_name, from?.last_name].filter(part => asText(part)).join(' ')
  const value = String(asNumber(from?.id) ?? chatId)
  return { identities: [{ kind: 'id', value }], ...(name && { name }) }
}

const fileTypes = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const

function readContent(message: Fields): Content {
  const text = asText(message.text)
  if (text !== undefined) return { type: 'text', text }
  const { latitude, longitude } = asFields(message.location) ?? {}
  if (typeof latitude === 'number' && typeof longitude === 'number') {
    return { type: 'location', latitude, longitude }
  }
  for (const type of fileTypes) {
    // A photo comes in several sizes, the largest last.
    const file = asFields([message[type === 'image' ? 'photo' : type]].flat().at(-1))
    const [id, mimeType, caption] = [file?.file_id, file?.mime_type, message.caption].map(asText)
    if (id) return { type, media: { id, ...(mimeType && { mimeType }) }, ...(caption && { caption }) }
  }
  return { type: 'unsupported', reason: 'this channel does not know this kind of message' }
}

/** The method of the API and its fields. */
function bodyOf({ content, to, quotedId }: OutboundMessage): [method: string, fields: object] {
  const quote = quotedId?.slice(quotedId.lastIndexOf(':') + 1)
  // An answer is worth more than its quote: the message may have been deleted meanwhile.
  const reply_parameters = quote && { message_id: Number(quote), allow_sending_without_reply: true }
  const common = { chat_id: to.value, ...(reply_parameters && { reply_parameters }) }
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

/** 404: no token looks like that. 403: the person has blocked the bot. */
const scopes = { 401: 'auth', 403: 'recipient', 404: 'auth', 429: 'account' } as const

/** One request, one verdict: refused when Telegram says so or nothing left, unknown when nobody can tell. */
async function callApi(url: string, fields: object, signal: AbortSignal | undefined): Promise<Fields> {
  if (signal?.aborted) throw refused('the call was stopped before', { retryable: true })
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(fields), signal: signal ?? null }
  const response = await fetch(url, { ...init, redirect: 'manual' }).catch((error: Error) => {
    // No cause goes along: the messages of `fetch` repeat the address, and with it the token.
    const code = asText(asFields(error.cause)?.code)
    if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(code ?? ''))
      throw refused(String(code), { retryable: true })
    throw unknown('The connection to Telegram ended without an answer')
  })
  const answer = parse(new Uint8Array(await response.arrayBuffer().catch(() => new ArrayBuffer(0))))
  if (answer?.ok === true) return asFields(answer.result) ?? {}
  const code = asNumber(answer?.error_code) ?? response.status
  // Telegram says `ok: false` also where only its front failed (502) or it was stopped at work (500).
  if (code < 400 || code >= 500) throw unknown(`Telegram gave no answer of its own (${code})`)
  const seconds = asNumber(asFields(answer?.parameters)?.retry_after)
  throw refused(`error ${code}`, {
    retryable: code === 429,
    scope: scopes[code as keyof typeof scopes] ?? 'message',
    providerCode: String(code),
    ...(seconds !== undefined && { retryAfterMs: seconds * 1000 }),
  })
}

function refused(why: string, options: ChannelErrorOptions): ChannelError {
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
