import type { Fate } from '../api/call.js'
import { findJidChat, type JidChat } from '../jid-chats.js'
import { asString, compact, type JsonObject } from '../json.js'
import { announceSent } from '../receipts.js'
import { showMessage } from '../show-message.js'
import { ToolRefusal } from './refusal.js'
import { type McpServer, newMessageId } from './server.js'

/** A message that may be sent. */
export interface Draft {
  readonly chat: JidChat
  readonly to: string
  readonly text: string
  readonly quotedId: string | undefined
  readonly given: JsonObject
}

/** The tool `send_message`, before anything is sent. */
export function readSend(server: McpServer, given: JsonObject): Draft {
  const { world } = server
  const to = String(given.chat_id)
  const quotedId = asString(given.reply_to)
  const chat = findJidChat(server, to)
  if (chat === 'unknown') throw new ToolRefusal(`there is no chat ${to}`)
  if (chat === 'malformed')
    throw new ToolRefusal('chat_id must be digits, or a chat id: …@s.whatsapp.net, …@lid or …@g.us')
  if (quotedId !== undefined && world.settings.strictMessageIds && !world.chats.get(quotedId))
    throw new ToolRefusal(`reply_to: there is no message ${quotedId}`)
  return { chat, to, text: String(given.text), quotedId, given }
}

/** Sends it. Its statuses only show on the phone: no tool tells of them. */
export async function send(
  server: McpServer,
  { chat, to, text, quotedId, given }: Draft,
  sequence: number,
  fate: Fate,
): Promise<JsonObject> {
  const { world } = server
  const id = newMessageId()
  const now = world.now()
  const account = { provider: 'mcp', phoneNumberId: server.id } as const
  showMessage(
    world,
    { type: 'text', text: { body: text } },
    { ...account, ...compact({ quotedId }), id, chat: chat.key, author: 'business', timestamp: now },
  )
  const sent = { to, person: chat.person?.key, type: 'text', text, quotedId, body: given }
  world.ledger.addSent(compact({ ...account, ...sent, wamid: id, acceptedAt: now, sequence }))
  if (fate.statuses)
    await announceSent(world, {
      report: async status => world.chats.tick(id, status),
      fails: fate.failure !== undefined,
    })
  return { success: true, message_id: id }
}
