import type { CallOptions, ChannelError } from '@switchboard/core'
import { neverLeft, orAborted, refused, withDeadline } from '../../../http/index.js'
import type { McpTool } from '../profiles/arguments.js'
import { readResult, type ToolResult } from '../results/read.js'
import { forReading, judgeCall, judgeTool, mcp } from './failures.js'
import type { McpServer, OpenServer } from './server.js'
import { type Session, startSession } from './session.js'
import type { CallWatch } from './watch.js'

interface ToolCall extends CallOptions {
  readonly tool: string
  /** Called with the tool as the server declares it. */
  arguments(tool: McpTool): Record<string, unknown>
  /** Asking twice does no harm. */
  readonly reads: boolean
  /** What no error may repeat. */
  readonly secrets?: readonly string[]
}

type Answer = Exclude<ToolResult, { kind: 'failure' }>

/** @throws {ChannelError} when the tool fails or says nothing */
export interface McpConnection {
  call(call: ToolCall): Promise<Answer>
  tools(options?: CallOptions): Promise<ReadonlyMap<string, McpTool>>
  close(): Promise<void>
}

/** One connection that is made when it is needed, shared, and made anew when it is lost. */
export function mcpConnection(server: McpServer, timeoutMs: number, now: () => number): McpConnection {
  let current: Session | undefined

  function session(): Session {
    const made =
      current ??
      startSession(server, timeoutMs, () => {
        if (current === made) current = undefined
      })
    current = made
    return made
  }

  /** `undefined`: the server did not know the connection, and a new one may help. */
  async function attempt(call: ToolCall, signal: AbortSignal, last: boolean): Promise<Answer | undefined> {
    const made = session()
    const opened = await openedIn(made, signal)
    const tool = opened.tools.get(call.tool)
    if (!tool) throw missing(call.tool, opened)
    // Over HTTP the requests themselves tell whether they left.
    const watch: CallWatch = {
      left: server.kind === 'stdio' || server.kind === 'client',
      onEnd: () => undefined,
    }
    let result: unknown
    try {
      result = await made.run(watch, signal, () => opened.call(tool, call.arguments(tool), signal))
    } catch (error) {
      const { error: judged, lost, again } = judgeCall(error, watch, signal.aborted, now())
      if (lost) made.lose()
      if (again && !last) return undefined
      throw judged
    }
    const read = readResult(result)
    if (read.kind !== 'failure') return read
    throw judgeTool(call.tool, read, [...(call.secrets ?? []), ...opened.secrets()])
  }

  return {
    async call(call) {
      try {
        return await withDeadline(timeoutMs, call.signal, async signal => {
          const answer = (await attempt(call, signal, false)) ?? (await attempt(call, signal, true))
          return answer as Answer
        })
      } catch (error) {
        throw call.reads ? forReading(error as ChannelError) : error
      }
    },
    tools: options =>
      withDeadline(timeoutMs, options?.signal, async signal => (await openedIn(session(), signal)).tools),
    async close() {
      const last = current
      last?.lose()
      await last?.closed
    },
  }
}

async function openedIn({ opened }: Session, signal: AbortSignal): Promise<OpenServer> {
  if (signal.aborted) throw neverLeft(mcp, signal.reason)
  return orAborted(opened, signal).catch(error => {
    throw signal.aborted ? neverLeft(mcp, signal.reason) : error
  })
}

function missing(tool: string, { tools }: OpenServer): ChannelError {
  const names = [...tools.keys()].slice(0, 20).join(', ')
  const message = `The MCP server has no tool ${tool}: choose another profile or name its tool. It has: ${names || 'none'}.`
  return refused(message, 'account')
}
