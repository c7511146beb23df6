import type { McpProfile } from './profile.js'

/** The three tools that a server needs at least: `get_chats`, `get_messages`, `send_message`. */
const standard: McpProfile = {
  name: 'standard',
  chats: { tool: 'get_chats', limit: 'limit', paging: { argument: ['offset'], counts: 'items' } },
  messages: {
    tool: 'get_messages',
    chat: ['chat_id', 'chatId', 'chat_jid', 'jid'],
    since: { argument: ['start_date', 'since', 'after'] },
    until: ['end_date', 'until', 'before'],
    limit: 'limit',
    paging: { argument: ['offset'], counts: 'items' },
  },
  send: {
    tool: 'send_message',
    to: ['chat_id', 'chatId', 'recipient', 'to', 'chat_jid', 'jid'],
    text: ['text', 'message', 'body', 'content'],
    quote: ['reply_to', 'quoted_message_id', 'quoted'],
    idempotencyKey: ['idempotency_key'],
  },
}

/** verygoodplugins/whatsapp-mcp 0.6.0, the maintained fork with structured answers. */
const verygoodplugins: McpProfile = {
  name: 'verygoodplugins',
  chats: {
    tool: 'list_chats',
    limit: 'limit',
    paging: { argument: 'page', counts: 'pages' },
    arguments: { include_last_message: true, sort_by: 'last_active' },
  },
  messages: {
    tool: 'list_messages',
    chat: 'chat_jid',
    since: { argument: 'after', format: 'local' },
    limit: 'limit',
    paging: { argument: 'page', counts: 'pages' },
    arguments: { include_context: false, sort_by: 'oldest' },
    order: 'oldest',
  },
  send: { tool: 'send_message', to: 'recipient', text: 'message', quote: 'quoted_message_id' },
  media: { tool: 'send_file', to: 'recipient', url: 'media_path', caption: 'caption' },
}

/** lharries/whatsapp-mcp: stdio, prose instead of messages, no ids. Its newest messages come first. */
const lharries: McpProfile = {
  name: 'lharries',
  chats: { ...verygoodplugins.chats, tool: 'list_chats', pageSize: 20 },
  messages: {
    tool: 'list_messages',
    chat: 'chat_jid',
    since: { argument: 'after', format: 'local' },
    limit: 'limit',
    paging: { argument: 'page', counts: 'pages' },
    arguments: { include_context: false },
    pageSize: 20,
  },
  send: { tool: 'send_message', to: 'recipient', text: 'message' },
  media: { tool: 'send_file', to: 'recipient', url: 'media_path' },
}

/** WAHA's own endpoint, `/mcp`. The account is WAHA's session. */
const waha: McpProfile = {
  name: 'waha',
  address: 'c.us',
  account: 'session',
  chats: { tool: 'chats-overview', limit: 'limit', paging: { argument: 'offset', counts: 'items' } },
  messages: {
    tool: 'chats-get-messages',
    chat: 'chatId',
    limit: 'limit',
    paging: { argument: 'offset', counts: 'items' },
    arguments: { downloadMedia: false },
  },
  send: { tool: 'send-text', to: 'chatId', text: 'text', quote: 'reply_to' },
}

/** Whapi-Cloud/whapi-mcp 0.0.14: one tool for each of its REST operations. */
const whapi: McpProfile = {
  name: 'whapi',
  chats: {
    tool: 'getChats',
    limit: 'count',
    paging: { argument: 'offset', counts: 'items' },
    list: ['chats'],
  },
  messages: {
    tool: 'getMessagesByChatID',
    chat: 'ChatID',
    since: { argument: 'time_from', format: 'seconds' },
    limit: 'count',
    paging: { argument: 'offset', counts: 'items' },
    list: ['messages'],
    pageSize: 100,
  },
  send: { tool: 'sendMessageText', to: 'to', text: 'body', quote: 'quoted', id: ['message.id'] },
}

/** loglux/whatsapp-mcp-stream: a stateful HTTP server whose sends are idempotent. */
const loglux: McpProfile = {
  name: 'loglux',
  chats: { tool: 'list_chats', limit: 'limit', arguments: { include_last_message: true } },
  messages: { tool: 'list_messages', chat: 'chat_id', limit: 'limit', arguments: { include_media: false } },
  send: {
    tool: 'send_message',
    to: 'recipient_jid',
    text: 'message',
    idempotencyKey: 'idempotency_key',
    id: ['messageId'],
  },
}

/** msaelices/whatsapp-mcp-server: it has no tool for messages, so it only sends. */
const msaelices: McpProfile = {
  name: 'msaelices',
  address: 'digits',
  send: { tool: 'send_message', to: 'phone_number', text: 'content', quote: 'reply_to' },
}

/** Profiles of public servers, to choose by name or to start from: `{ ...mcpProfiles.waha, address: 'jid' }`. */
export const mcpProfiles = { standard, lharries, verygoodplugins, waha, whapi, loglux, msaelices } as const

/** `standard`: `get_chats`, `get_messages`, `send_message`. The others are public servers by their authors. */
export type McpProfileName = keyof typeof mcpProfiles
