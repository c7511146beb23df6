import type { ProviderCall } from '../api/call.js'
import { isObject, type JsonObject } from '../json.js'
import { listChats, listMessages, requireChat } from './lists.js'
import { ToolRefusal } from './refusal.js'
import { type InputSchema, problemWith } from './schema.js'
import { readSend, send } from './send.js'
import type { McpServer } from './server.js'

/** What a call of a tool will do, once faults have had their say. `perform` gives the tool's answer. */
export interface ToolCall extends Pick<ProviderCall, 'operation' | 'to' | 'type' | 'text'> {
  perform(...details: Parameters<ProviderCall['perform']>): Promise<JsonObject>
}

interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: InputSchema
  /** Gets arguments that the schema accepts, with its defaults. Throws a ToolRefusal. */
  readonly read: (server: McpServer, given: JsonObject) => ToolCall
}

const limit = (what: string) =>
  ({
    type: 'integer',
    minimum: 1,
    maximum: 1_000,
    default: 50,
    description: `How many ${what} at most.`,
  }) as const

const chatId = {
  type: 'string',
  minLength: 1,
  description: 'Id of the chat: 15550001234@s.whatsapp.net, 100000000000017@lid or 120363000000000000@g.us.',
} as const

const TOOLS: readonly Tool[] = [
  {
    name: 'get_chats',
    description: 'Lists the chats that have messages, the one with the newest message first.',
    inputSchema: schemaOf({ limit: limit('chats') }),
    read: (server, given) => ({ operation: 'info', perform: async () => listChats(server, given) }),
  },
  {
    name: 'get_messages',
    description:
      'Lists the newest messages of a chat, those of the business included; the oldest of them first.',
    inputSchema: schemaOf(
      {
        chat_id: chatId,
        start_date: { type: 'string', format: 'date-time', description: 'Only messages since then.' },
        limit: limit('messages'),
      },
      ['chat_id'],
    ),
    read(server, given) {
      const chat = requireChat(server, given.chat_id)
      return { operation: 'info', perform: async () => listMessages(server, chat, given) }
    },
  },
  {
    name: 'send_message',
    description: 'Sends a text.',
    inputSchema: schemaOf(
      {
        chat_id: chatId,
        text: { type: 'string', minLength: 1, maxLength: 65_536, description: 'What to say.' },
        reply_to: { type: 'string', minLength: 1, description: 'Id of the message to quote.' },
      },
      ['chat_id', 'text'],
    ),
    read(server, given) {
      const draft = readSend(server, given)
      const { to, text } = draft
      const perform: ToolCall['perform'] = (sequence, fate) => send(server, draft, sequence, fate)
      return { operation: 'message', to, type: 'text', text, perform }
    },
  },
]

function schemaOf(properties: InputSchema['properties'], required: readonly string[] = []): InputSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** As in the answer to `tools/list`. */
export function describeTools(): readonly JsonObject[] {
  return TOOLS.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))
}

/** Checks a call of a tool. Throws a ToolRefusal. */
export function readTool(server: McpServer, name: unknown, given: unknown): ToolCall {
  const tool = TOOLS.find(each => each.name === name)
  if (!tool) throw new ToolRefusal(`Tool ${String(name)} not found`)
  if (!isObject(given))
    throw new ToolRefusal(`Invalid arguments for tool ${tool.name}: they must be an object`)
  const problem = problemWith(tool.inputSchema, given)
  if (problem !== undefined) throw new ToolRefusal(`Invalid arguments for tool ${tool.name}: ${problem}`)
  return tool.read(server, { ...defaultsOf(tool.inputSchema), ...given })
}

function defaultsOf({ properties }: InputSchema): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, each]) => ('default' in each ? [[name, each.default]] : [])),
  )
}
