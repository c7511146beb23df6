import { SwitchboardError } from '@switchboard/core'
import { type AccessToken, isToken, parseBaseUrl } from '../../http/index.js'
import type { McpClient, McpEra, McpServer } from './connection/server.js'
import type { McpProfile } from './profiles/profile.js'
import { type McpProfileName, mcpProfiles } from './profiles/ready.js'

export interface McpChannelOptions {
  /** Address of a server over HTTP. One of `url`, `command` and `client`. */
  readonly url?: string
  /** `http` is streamable HTTP, `sse` the older pair of a stream and an endpoint. Default `http`. */
  readonly transport?: 'http' | 'sse'
  /** Sent as bearer token; a function is asked before every request. */
  readonly token?: AccessToken
  /** Sent with every request: `{ 'X-Api-Key': key }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Program of a server over stdio. It is started with the first call and again when it ended. */
  readonly command?: string
  readonly args?: readonly string[]
  /** Besides `HOME`, `PATH` and the like, which it always gets. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What becomes of the program's `stderr`. Servers write messages into it. Default `ignore`. */
  readonly stderr?: 'ignore' | 'inherit'
  /** A client of yours that is connected, or a function that connects one: it is asked again when the connection is lost. */
  readonly client?: McpClient | (() => McpClient | Promise<McpClient>)
  /**
   * Which protocol is spoken. `modern`: 2026-07-28, without sessions; `legacy`: 2025-11-25 and older; `auto` asks the server.
   * Default `auto` over streamable HTTP, else `legacy`: to ask over stdio the program would be started twice.
   */
  readonly era?: McpEra
  /** What the server's tools are called and take. Default `standard`: `get_chats`, `get_messages`, `send_message`. */
  readonly profile?: McpProfileName | McpProfile
  /** The account's name, for servers with several the name they know. Default `default`. */
  readonly account?: string
  /** Name of the channel. Default `mcp`. */
  readonly name?: string
  /** Zone of times that name none, as an IANA name. Default `UTC`: not this machine's, which moves with the deployment. */
  readonly timeZone?: string
  /** How long the bot waits between two polls. Default 5 000. */
  readonly pollMs?: number
  /** How far a poll looks back behind the newest message that it knows, for messages that arrive late. Default 600 000. */
  readonly overlapMs?: number
  /** How far the first poll looks back before the start. What it finds there is history: never answered. Default 0. */
  readonly backfillMs?: number
  /**
   * The most chats that one poll looks into, and that are remembered besides those of the last `overlapMs`. When more have news
   * the next poll goes on at once. Default 200.
   */
  readonly maxChats?: number
  /** How long one call may take, connecting included. Default 30 000. */
  readonly timeoutMs?: number
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** Options with their defaults, checked. */
export interface McpSettings {
  readonly server: McpServer
  readonly profile: McpProfile
  readonly account: string
  readonly name: string
  readonly timeZone: string
  readonly pollMs: number
  readonly overlapMs: number
  readonly backfillMs: number
  readonly maxChats: number
  readonly timeoutMs: number
  now(): number
}

/** @throws {SwitchboardError} `configuration`, naming the option */
export function resolveOptions(options: McpChannelOptions): McpSettings {
  const { account = 'default', name = 'mcp', timeZone = 'UTC' } = options
  if (account === '') throw wrong('account is empty: set it or leave it out.')
  return {
    server: resolveServer(options),
    profile: resolveProfile(options.profile),
    account,
    name,
    timeZone: checkTimeZone(timeZone),
    pollMs: within('pollMs', options.pollMs ?? 5_000, 1),
    overlapMs: within('overlapMs', options.overlapMs ?? 600_000, 0),
    backfillMs: within('backfillMs', options.backfillMs ?? 0, 0),
    maxChats: within('maxChats', options.maxChats ?? 200, 1),
    timeoutMs: within('timeoutMs', options.timeoutMs ?? 30_000, 1),
    now: options.now ?? Date.now,
  }
}

function resolveServer(options: McpChannelOptions): McpServer {
  const { url, command, client } = options
  const given = Object.entries({ url, command, client }).filter(([, value]) => value !== undefined)
  if (given.length !== 1) {
    throw wrong(
      `give one of url, command and client: ${given.map(([key]) => key).join(', ') || 'none'} is there.`,
    )
  }
  if (client !== undefined) {
    const owned = typeof client === 'function'
    return { kind: 'client', open: owned ? client : () => client, owned }
  }
  if (command !== undefined) {
    if (command === '') throw wrong('command is empty.')
    const { args = [], env, cwd, stderr = 'ignore', era = 'legacy' } = options
    return { kind: 'stdio', command, args, env, cwd, stderr, era }
  }
  return resolveHttp(options)
}

function resolveHttp({
  url = '',
  transport = 'http',
  token,
  headers = {},
  era,
}: McpChannelOptions): McpServer {
  const parsed = parseBaseUrl(url)
  if (!parsed) throw wrong('url must be an absolute URL with https or http, such as https://example.com/mcp.')
  if (token !== undefined && typeof token !== 'function' && !isToken(token)) {
    throw wrong(
      'token is empty or holds characters that no header can carry: check for blanks and line breaks.',
    )
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) {
      throw wrong(
        `headers: the name or the value of one cannot be sent: ${name.replace(/[^\x20-\x7e]/g, '?')}.`,
      )
    }
  }
  return {
    kind: transport,
    url: parsed,
    token,
    headers,
    era: era ?? (transport === 'sse' ? 'legacy' : 'auto'),
  }
}

function resolveProfile(profile: McpChannelOptions['profile'] = 'standard'): McpProfile {
  const chosen: McpProfile | undefined = typeof profile === 'string' ? mcpProfiles[profile] : profile
  if (!chosen)
    throw wrong(`profile must be one of ${Object.keys(mcpProfiles).join(', ')}, or a profile of yours.`)
  if (!chosen.send?.tool) throw wrong('profile.send.tool is missing: name the tool that sends a text.')
  for (const list of ['chats', 'messages'] as const) {
    if (chosen[list] && !chosen[list].tool) throw wrong(`profile.${list}.tool is missing: name the tool.`)
  }
  if (!chosen.chats !== !chosen.messages)
    throw wrong('profile needs chats and messages together, or neither.')
  return chosen
}

function checkTimeZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone })
    return timeZone
  } catch {
    throw wrong('timeZone must be an IANA name, such as Europe/Berlin.')
  }
}

function within(option: string, value: number, low: number): number {
  const high = 2 ** 31 - 1
  if (value >= low && value <= high) return value
  throw wrong(`${option} must be between ${low} and ${high}.`)
}

function wrong(message: string): SwitchboardError {
  return new SwitchboardError('configuration', `mcpChannel: ${message}`)
}
