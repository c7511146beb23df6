import type { Account, Provider } from '../account.js'
import { EmulatorError } from '../errors.js'
import { chatKey } from '../jid-chats.js'
import type { McpOptions } from '../options.js'
import type { World } from '../world.js'
import { mcpApi } from './api.js'
import { echo, say } from './incoming.js'
import { createServer, MCP_PATH } from './server.js'

/** The MCP server that a bot is configured with. */
export interface McpAccount {
  /** Of the endpoint, `{origin}/mcp`: streamable HTTP. */
  readonly url: string
  /** Bearer token; undefined: none is asked for. */
  readonly token: string | undefined
  readonly id: string
  /** Digits of the business number. */
  readonly phone: string
  /** As a restart of the server does: clients with a session (up to 2025-11-25) are answered 404 and must begin anew. */
  forgetSessions(): void
}

export function mcpProvider(world: World, options: McpOptions): Provider & { readonly mcp: McpAccount } {
  const server = createServer(world, options)
  const { id, phone, token, sessions } = server
  const noWebhook = (): never => {
    throw new EmulatorError(
      'no-webhook',
      'An MCP server pushes nothing: the bot finds messages by asking, with get_chats and get_messages.',
    )
  }
  const account: Account = {
    provider: 'mcp',
    id,
    phone,
    webhook: () => undefined,
    connect: noWebhook,
    chatKey: personOrGroup => chatKey(server, personOrGroup),
    say: async (person, message, sayOptions) => say(server, person, message, sayOptions),
    echo: async details => echo(server, details),
    async report(messages, status) {
      for (const { wamid } of messages) world.chats.tick(wamid, status)
      return undefined
    },
    deliver: async () => noWebhook(),
  }
  return {
    name: 'mcp',
    accounts: [account],
    api: mcpApi(server),
    describe: () => 'The MCP server pushes nothing.',
    reset: () => {},
    close: () => {},
    mcp: {
      get url() {
        return world.origin() + MCP_PATH
      },
      token: token ?? undefined,
      id,
      phone,
      forgetSessions: () => sessions.clear(),
    },
  }
}
