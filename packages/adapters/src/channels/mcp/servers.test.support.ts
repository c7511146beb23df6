import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { Server as OldServer } from '@modelcontextprotocol/sdk/server/index.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import type { Phone } from './phone.test.support.js'

export interface RunningServer {
  readonly url: string
  /** What is given is done with a request instead of answering it, once `when` says so. */
  interfere(handler: Interference | undefined): void
  /** Ends every connection at once, whatever is on its way. */
  breakConnections(): void
  /** Requests by their method and, for calls, their tool. */
  readonly seen: string[]
  close(): Promise<void>
}

type Interference = (request: {
  readonly body: string
  readonly response: ServerResponse
  readonly socket: Socket
  readonly headers: IncomingMessage['headers']
}) => 'handled' | 'pass'

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => Promise<void> | void

/** HTTP on a private port, with somebody who may get in between. */
async function serve(handle: Handle): Promise<RunningServer> {
  let interference: Interference | undefined
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      const { method, params } = body ? JSON.parse(body) : { method: request.method, params: undefined }
      seen.push(method === 'tools/call' ? `tools/call ${params.name}` : String(method ?? request.method))
      const { socket, headers } = request
      if (interference?.({ body, response, socket, headers }) === 'handled') return
      await handle(request, response, body)
    })().catch(() => response.destroy())
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    seen,
    interfere(next) {
      interference = next
    },
    breakConnections() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** 2026-07-28 by the official SDK: no session, no handshake. It refuses older clients. */
export async function startModern(phone: Phone): Promise<RunningServer> {
  const handler = createMcpHandler(
    () => {
      const server = new Server({ name: 'whatsapp', version: '1' }, { capabilities: { tools: {} } })
      server.setRequestHandler('tools/list', () => ({ tools: phone.tools }) as never)
      server.setRequestHandler(
        'tools/call',
        ({ params }) => phone.run(params.name, params.arguments) as never,
      )
      return server
    },
    { legacy: 'reject' },
  )
  const node = toNodeHandler(handler)
  const running = await serve((request, response, body) =>
    node(request as never, response, JSON.parse(body || 'null')),
  )
  return { ...running, close: () => running.close().then(() => handler.close()) }
}

function oldServer(phone: Phone): OldServer {
  const server = new OldServer({ name: 'whatsapp', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: phone.tools }))
  server.setRequestHandler(
    CallToolRequestSchema,
    ({ params }) => phone.run(params.name, params.arguments) as never,
  )
  return server
}

export interface SessionServer extends RunningServer {
  /** As a restart of the server does. */
  forgetSessions(status?: 400 | 404): void
}

/** 2025-11-25 by the official SDK, with sessions. */
export async function startLegacy(phone: Phone): Promise<SessionServer> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  let forgotten = 404
  const running = await serve(async (request, response, body) => {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    const parsed = body ? JSON.parse(body) : undefined
    if (known) return known.handleRequest(request, response, parsed)
    if (id !== undefined || parsed?.method !== 'initialize') {
      const status = id === undefined ? 400 : forgotten
      const error = { code: -32000, message: 'Bad Request: No valid session ID provided' }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ jsonrpc: '2.0', error, id: null }))
      return
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: session => {
        sessions.set(session, transport)
      },
    })
    await oldServer(phone).connect(transport as never)
    await transport.handleRequest(request, response, parsed)
  })
  return {
    ...running,
    forgetSessions(status = 404) {
      forgotten = status
      sessions.clear()
    },
  }
}

/** The pair of a stream and an endpoint, from before streamable HTTP. */
export async function startSse(phone: Phone): Promise<RunningServer> {
  const streams = new Map<string, SSEServerTransport>()
  return serve(async (request, response, body) => {
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      streams.set(transport.sessionId, transport)
      await oldServer(phone).connect(transport)
      return
    }
    const session = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId') ?? ''
    const transport = streams.get(session)
    if (!transport) return void response.writeHead(404).end('no such session')
    await transport.handlePostMessage(request, response, JSON.parse(body))
  })
}
