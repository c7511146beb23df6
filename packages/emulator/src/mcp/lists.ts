import type { ChatMessage } from '../chats.js'
import { allChats, type JidChat, jidOf } from '../jid-chats.js'
import { asString, compact, isObject, type JsonObject } from '../json.js'
import { ToolRefusal } from './refusal.js'
import type { McpServer } from './server.js'

/** The tool `get_chats`: those with messages, the one with the newest first. */
export function listChats(server: McpServer, { limit }: JsonObject): JsonObject {
  const chats = chatsWithMessages(server)
    .sort((one, other) => other.last.timestamp - one.last.timestamp)
    .slice(0, Number(limit))
    .map(({ chat, last }) => ({
      id: chat.id,
      name: chat.person?.name ?? 'Emulated group',
      last_message_time: timeOf(last),
    }))
  return { chats }
}

/** The chat whose messages are asked for. Throws a ToolRefusal when it is none of ours. */
export function requireChat(server: McpServer, chatId: unknown): JidChat {
  const chat = allChats(server).find(({ id }) => id === chatId)
  if (!chat) throw new ToolRefusal(`there is no chat ${String(chatId)}`)
  return chat
}

/** The tool `get_messages`: the newest ones since `start_date`, the oldest of them first. */
export function listMessages(
  server: McpServer,
  chat: JidChat,
  { start_date, limit }: JsonObject,
): JsonObject {
  const { chats } = server.world
  const since = start_date === undefined ? 0 : Date.parse(String(start_date))
  const messages = chats
    .of(chat.key)
    .filter(message => !message.revoked && secondsOf(message) * 1_000 >= since)
    .toSorted((one, other) => one.timestamp - other.timestamp)
    .slice(-Number(limit))
  // Whoever asked has it now, as far as a server without webhooks can know.
  for (const { id, author } of messages) if (author === 'person') chats.tick(id, 'delivered')
  return { messages: messages.map(message => listed(server, chat, message)) }
}

function chatsWithMessages(server: McpServer): { chat: JidChat; last: ChatMessage }[] {
  return allChats(server).flatMap(chat => {
    const messages = server.world.chats.of(chat.key)
    const [first, ...others] = messages
    if (!first) return []
    const last = others.reduce((one, other) => (other.timestamp >= one.timestamp ? other : one), first)
    return [{ chat, last }]
  })
}

/** A message as it stands now. The file of a picture or a voice note stays on the phone. */
function listed(server: McpServer, chat: JidChat, message: ChatMessage): JsonObject {
  const fromMe = message.author !== 'person'
  const person = server.world.people.find(message.person ?? '')
  const content = isObject(message.content) ? message.content : {}
  return compact({
    id: message.id,
    chat_id: chat.id,
    sender: person && !fromMe ? jidOf(person) : `${server.phone}@s.whatsapp.net`,
    sender_name: fromMe ? undefined : person?.name,
    from_me: fromMe,
    timestamp: timeOf(message),
    type: content.voice === true ? 'ptt' : message.type,
    text: message.text,
    mime_type: asString(content.mime_type),
    filename: asString(content.filename),
    reply_to: message.quotedId,
  })
}

/** WhatsApp itself knows whole seconds. */
function secondsOf({ timestamp }: ChatMessage): number {
  return Math.floor(timestamp / 1_000)
}

function timeOf(message: ChatMessage): string {
  return `${new Date(secondsOf(message) * 1_000).toISOString().slice(0, -5)}Z`
}
