import { type AccessToken, readToken } from '../../../http/index.js'
import { asFields, asList, asWords } from '../../../values.js'
import type { McpTool } from '../profiles/arguments.js'
import { mcp } from './failures.js'
import { watchingFetch } from './watch.js'

/**
 * The part of an MCP client that is used. A `Client` of `@modelcontextprotocol/client` has it, and one of
 * `@modelcontextprotocol/sdk`.
 */
export interface McpClient {
  callTool(request: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>
  listTools(request?: { cursor?: string }): Promise<unknown>
  close?(): Promise<void>
}

/** Where the server is. */
export type McpServer =
  | {
      readonly kind: 'http' | 'sse'
      readonly url: URL
      readonly token: AccessToken | undefined
      readonly headers: Readonly<Record<string, string>>
      readonly era: McpEra
    }
  | {
      readonly kind: 'stdio'
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>> | undefined
      readonly cwd: string | undefined
      readonly stderr: 'ignore' | 'inherit'
      readonly era: McpEra
    }
  | {
      readonly kind: 'client'
      readonly open: () => McpClient | Promise<McpClient>
      /** The channel closes what it had opened for itself, nothing else. */
      readonly owned: boolean
    }

/** Which protocol is spoken: `modern` is 2026-07-28, `legacy` 2025-11-25 and older, `auto` asks the server. */
export type McpEra = 'auto' | 'legacy' | 'modern'

/** A client that is connected, and what its server offers. */
export interface OpenServer {
  readonly tools: ReadonlyMap<string, McpTool>
  call(tool: McpTool, values: Record<string, unknown>, signal: AbortSignal): Promise<unknown>
  /** What the server was given to know us by: no error may repeat it. */
  secrets(): readonly string[]
  close(): Promise<void>
}

const mostPages = 50

/** @param onLost the connection is gone; asked for at most once */
export async function openServer(
  server: McpServer,
  { signal, timeoutMs, onLost }: { signal: AbortSignal; timeoutMs: number; onLost: () => void },
): Promise<OpenServer> {
  if (server.kind === 'client') return openGiven(server, signal)
  const { Client } = await import('@modelcontextprotocol/client')
  const client = new Client(
    { name: 'switchboard', version: '1' },
    { versionNegotiation: { mode: modeOf(server.era) }, inputRequired: { autoFulfill: false } },
  )
  client.onclose = onLost
  // Answers that cannot be read, streams that break: the call itself fails too, and says more.
  client.onerror = () => (server.kind === 'sse' ? onLost() : undefined)
  try {
    const { transport, secrets } = await transportFor(server)
    await client.connect(transport, { signal, timeout: timeoutMs })
    const { tools } = await client.listTools(undefined, { signal, timeout: timeoutMs })
    return {
      tools: byName(tools),
      call: (tool, values, callSignal) =>
        client.callTool(
          { name: tool.name, arguments: values },
          {
            signal: callSignal,
            // The channel's deadline is the signal's; this one only has to be later.
            timeout: timeoutMs + 1_000,
            // Without its schema of answers, which the SDK would check only after the tool has run.
            toolDefinition: {
              name: tool.name,
              inputSchema: (tool.inputSchema ?? { type: 'object' }) as never,
            },
          },
        ),
      secrets,
      close: () => client.close(),
    }
  } catch (error) {
    await client.close().catch(() => undefined)
    throw error
  }
}

function modeOf(era: McpEra): 'auto' | 'legacy' | { pin: string } {
  return era === 'modern' ? { pin: '2026-07-28' } : era
}

async function transportFor(server: Exclude<McpServer, { kind: 'client' }>) {
  if (server.kind === 'stdio') {
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
    const { command, args, env, cwd, stderr } = server
    const transport = new StdioClientTransport({
      command,
      args: [...args],
      stderr,
      ...(env && { env: { ...env } }),
      ...(cwd !== undefined && { cwd }),
    })
    return { transport, secrets: () => Object.values(env ?? {}) }
  }
  const { url, token, headers } = server
  let lastToken = ''
  const fetch = watchingFetch(async () => {
    if (token === undefined) return headers
    lastToken = await readToken(token, 'token', mcp, new AbortController().signal)
    return { ...headers, authorization: `Bearer ${lastToken}` }
  })
  const { SSEClientTransport, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const Transport = server.kind === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport
  return { transport: new Transport(url, { fetch }), secrets: () => [lastToken, ...Object.values(headers)] }
}

/** Somebody's own client, of either SDK: they differ in what else `callTool` takes, so it gets the request alone. */
async function openGiven(
  { open, owned }: Extract<McpServer, { kind: 'client' }>,
  signal: AbortSignal,
): Promise<OpenServer> {
  const client = await open()
  const close = async () => (owned ? client.close?.() : undefined)
  try {
    const tools = byName(await listTools(client))
    // Whoever asked has given up: nobody else would close it.
    signal.throwIfAborted()
    return {
      tools,
      call: (tool, values) => client.callTool({ name: tool.name, arguments: values }),
      secrets: () => [],
      close,
    }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}

async function listTools(client: McpClient): Promise<readonly unknown[]> {
  const tools: unknown[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const answer = asFields(await client.listTools(cursor === undefined ? undefined : { cursor }))
    tools.push(...(asList(answer?.tools) ?? []))
    cursor = asWords(answer?.nextCursor)
    if (cursor === undefined) break
  }
  return tools
}

function byName(tools: readonly unknown[]): Map<string, McpTool> {
  const entries = tools.flatMap(tool => {
    const fields = asFields(tool)
    const name = asWords(fields?.name)
    return name === undefined ? [] : [[name, { name, inputSchema: fields?.inputSchema }] as const]
  })
  return new Map(entries)
}
