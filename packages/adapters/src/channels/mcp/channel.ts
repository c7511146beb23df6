import type {
  CallOptions,
  Channel,
  ChannelEvent,
  ChannelHealth,
  HistoryOptions,
  Peer,
} from '@switchboard/core'
import { SwitchboardError } from '@switchboard/core'
import { addressOf } from './addresses.js'
import { type McpConnection, mcpConnection } from './connection/connection.js'
import { readMessage } from './messages.js'
import { type McpChannelOptions, type McpSettings, resolveOptions } from './options.js'
import { contextOf } from './polling/chat.js'
import { listMessages } from './polling/lists.js'
import { type PollSettings, poller } from './polling/poll.js'
import { sendMessage } from './send.js'
import { sentMessages } from './sent.js'

/** A `Channel` that polls; with a profile that cannot read messages `poll` and `history` are absent. */
export interface McpChannel extends Channel {
  health(options?: CallOptions): Promise<ChannelHealth>
  /** Ends the connection, and the program of a server over stdio. The next call makes a new one. */
  close(): Promise<void>
}

/** WhatsApp takes more, Meta's API no more; nobody knows which of them is behind the server. */
const maxTextLength = 4096

/**
 * WhatsApp over a server of the Model Context Protocol: its tools list chats and messages and send texts. Nothing pushes, so
 * the bot polls.
 *
 * @throws {SwitchboardError} `configuration` when an option cannot work
 * @example
 * const channel = mcpChannel({ url: 'https://mcp.example.com/mcp', token, profile: 'standard' })
 */
export function mcpChannel(options: McpChannelOptions): McpChannel {
  const settings = resolveOptions(options)
  const { name, account, profile, pollMs } = settings
  const connection = mcpConnection(settings.server, settings.timeoutMs, settings.now)
  const sent = sentMessages()
  const { chats, messages } = profile
  const reading = chats &&
    messages && { settings, connection, sent, chats, messages, startedAt: settings.now() }
  return {
    specificationVersion: 'v1',
    name,
    defaultAccount: account,
    maxTextLength,
    pollMs,
    send: (message, callOptions) => sendMessage(message, { settings, connection, sent }, callOptions),
    ...(reading && {
      poll: poller(reading),
      history: (chat, historyOptions) => readHistory(reading, chat.peer, historyOptions),
    }),
    health: callOptions => checkHealth(settings, connection, callOptions),
    close: () => connection.close(),
  }
}

const defaultHistory = 1_000

async function* readHistory(
  reading: PollSettings,
  peer: Peer,
  { since = 0, limit = defaultHistory, signal }: HistoryOptions = {},
): AsyncGenerator<ChannelEvent> {
  const { settings, connection, messages } = reading
  const chatId = addressOf(peer, settings.profile)
  const context = contextOf(reading, { id: chatId, name: undefined })
  if (!context) return
  const timeOf = (record: unknown) => readMessage(record, context)?.time
  const request = { chatId, since, timeOf, most: limit, signal }
  const { records } = await listMessages(connection, settings, messages, request)
  const listed = records.flatMap(record => readMessage(record, context) ?? [])
  const newestFirst = listed
    .filter(({ time }) => time === undefined || time >= since)
    .sort((a, b) => (b.time ?? 0) - (a.time ?? 0))
  for (const message of newestFirst.slice(0, limit)) yield message.toEvent({ history: true })
}

async function checkHealth(
  { profile }: McpSettings,
  connection: McpConnection,
  options: CallOptions | undefined,
): Promise<ChannelHealth> {
  const needed = [profile.chats?.tool, profile.messages?.tool, profile.send.tool]
  try {
    const tools = await connection.tools(options)
    const missing = needed.filter(tool => tool !== undefined && !tools.has(tool))
    return missing.length === 0
      ? { ok: true, state: 'connected' }
      : { ok: false, state: `no tool ${missing.join(', ')}` }
  } catch (error) {
    return { ok: false, state: SwitchboardError.is(error) ? error.message : 'unreachable' }
  }
}
