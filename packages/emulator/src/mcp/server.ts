import { randomBytes } from 'node:crypto'
import { EmulatorError } from '../errors.js'
import type { McpOptions } from '../options.js'
import type { World } from '../world.js'

/** A WhatsApp MCP server: one number behind one endpoint. */
export interface McpServer {
  readonly world: World
  readonly id: string
  /** Digits. */
  readonly phone: string
  /** `null`: open to everybody. */
  readonly token: string | null
  /** Ids of the sessions of clients that began with `initialize`. */
  readonly sessions: Set<string>
}

export const MCP_PATH = '/mcp'

export function createServer(world: World, options: McpOptions): McpServer {
  const phone = (options.phone ?? '15550006666').replace(/^\+/, '')
  if (!/^\d{7,15}$/.test(phone))
    throw new EmulatorError('invalid-option', `mcp.phone must be 7 to 15 digits, not "${phone}".`)
  const token = options.token === undefined ? 'emulator-mcp-token' : options.token
  if (token === '')
    throw new EmulatorError(
      'invalid-option',
      'mcp.token must not be empty; null opens the server to everybody.',
    )
  return { world, phone, token, id: options.id ?? 'emulator-mcp', sessions: new Set() }
}

/** `3EB0` and sixteen hex digits, as WhatsApp Web's libraries make them. */
export function newMessageId(): string {
  return `3EB0${randomBytes(8).toString('hex').toUpperCase()}`
}
