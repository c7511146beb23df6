import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

interface SeenRequest {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  readonly bytes: Uint8Array
}

export interface LocalServer {
  readonly url: string
  readonly requests: SeenRequest[]
  /** How many connections were opened. */
  connections(): number
}

export type Answer = (response: http.ServerResponse, socket: Socket) => void

/** An answer that depends on what was asked. */
export type Reply = (response: http.ServerResponse, socket: Socket, request: SeenRequest) => void

/** An HTTP server of this test alone. It answers once it has read the request; TLS with a certificate in `tls`. */
export async function startServer(answer: Reply, tls?: https.ServerOptions): Promise<LocalServer> {
  const requests: SeenRequest[] = []
  let connections = 0
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const { method, url: path, headers } = request
      const bytes = Buffer.concat(chunks)
      const seen = { method, path, headers, body: bytes.toString(), bytes }
      requests.push(seen)
      answer(response, request.socket, seen)
    })
  }
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', () => connections++)
  const port = await listen(server)
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests, connections: () => connections }
}

/** Listens on a private port until the test ends, with all connections. */
export async function listen(server: import('node:net').Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise(resolve => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}

export function json(status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): Answer {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

export const accepted = json(200, {
  messaging_product: 'whatsapp',
  contacts: [{ input: '+4915155500001', wa_id: '4915155500001' }],
  messages: [{ id: 'wamid.accepted' }],
})
