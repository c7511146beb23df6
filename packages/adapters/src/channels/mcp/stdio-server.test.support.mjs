// A WhatsApp server over stdio as child process, in the manner of lharries/whatsapp-mcp: prose, and no ids.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'

const lines = []
const chat = '15550001234@s.whatsapp.net'
const properties = names => ({
  type: 'object',
  properties: Object.fromEntries(names.map(name => [name, {}])),
})
const tools = [
  { name: 'list_chats', inputSchema: properties(['limit', 'page', 'sort_by', 'include_last_message']) },
  {
    name: 'list_messages',
    inputSchema: properties(['chat_jid', 'after', 'limit', 'page', 'include_context']),
  },
  { name: 'send_message', inputSchema: properties(['recipient', 'message']) },
]
const wallClock = time => new Date(time).toISOString().slice(0, 19).replace('T', ' ')
const answers = {
  list_chats: () => ({
    content: [
      {
        type: 'text',
        text: JSON.stringify({ jid: chat, name: 'Alex', last_message_time: lines.at(-1)?.at }),
      },
    ],
  }),
  list_messages: ({ after }) => ({
    content: [
      {
        type: 'text',
        text:
          lines
            .filter(({ at }) => at >= (after ?? '').replace('T', ' '))
            .map(({ at, from, words }) => `[${at}] Chat: Alex From: ${from}: ${words}\n`)
            .join('') || 'No messages to display.',
      },
    ],
  }),
  send_message: ({ message }) => {
    if (message === 'die') process.exit(3)
    lines.push({ at: wallClock(Date.now()), from: 'Me', words: message })
    // What a customer says to it, so that the test can hear something.
    lines.push({ at: wallClock(Date.now()), from: 'Alex', words: `You said: ${message}` })
    return { content: [{ type: 'text', text: JSON.stringify({ success: true, message: 'Message sent' }) }] }
  },
}

const server = new Server(
  { name: 'stdio', version: process.env.SERVER_VERSION ?? '1' },
  { capabilities: { tools: {} } },
)
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
server.setRequestHandler(CallToolRequestSchema, ({ params }) => answers[params.name](params.arguments ?? {}))
await server.connect(new StdioServerTransport())
