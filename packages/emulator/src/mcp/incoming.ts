import { chatWith, groupChat, type JidChat } from '../jid-chats.js'
import { compact, type JsonObject } from '../json.js'
import type { PersonRecord } from '../people.js'
import { type EchoDetails, echoedMessage, enterChat, type Said, type SayOptions } from '../saying.js'
import { showMessage } from '../show-message.js'
import { NOT_DELIVERED } from '../webhooks/redeliver.js'
import { type McpServer, newMessageId } from './server.js'

/** A person says or does something, in the emulator's words. Nothing is pushed: whoever asks finds it. */
export function say(server: McpServer, person: PersonRecord, message: JsonObject, options: SayOptions): Said {
  const { world } = server
  const chat = options.group === undefined ? chatWith(server, person) : groupChat(server, options.group)
  enterChat(world, chat, person)
  return keep(server, chat, message, { ...options, author: 'person', person: person.key })
}

/** A human of the business writes on the business phone. */
export function echo(server: McpServer, details: EchoDetails): Said {
  const chat = chatWith(server, server.world.people.get(details.to))
  return keep(server, chat, echoedMessage(details), { ...details, author: 'phone-app' })
}

interface Saying extends Pick<SayOptions, 'id' | 'timestamp' | 'quote'> {
  readonly author: 'person' | 'phone-app'
  readonly person?: string
}

function keep(
  server: McpServer,
  chat: JidChat,
  message: JsonObject,
  { id = newMessageId(), timestamp, quote, author, person }: Saying,
): Said {
  const { world } = server
  const time = timestamp instanceof Date ? timestamp.getTime() : Number(timestamp) * 1_000
  showMessage(world, message, {
    ...compact({ quotedId: quote, person }),
    id,
    author,
    chat: chat.key,
    provider: 'mcp',
    phoneNumberId: server.id,
    timestamp: Number.isFinite(time) ? time : world.now(),
  })
  return { id, ...NOT_DELIVERED }
}
