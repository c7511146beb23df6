import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one request, or not. */
export type Answer = (response: ServerResponse) => void

/** An HTTP API on a private port that answers as it is told and keeps the JSON that it was sent. */
export interface ScriptedServer {
  readonly url: string
  readonly bodies: readonly unknown[]
  answerWith(answer: Answer): void
  close(): Promise<void>
}

export async function scriptedServer(): Promise<ScriptedServer> {
  const bodies: unknown[] = []
  let answer: Answer = json(404, {})
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    answer(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    answerWith(next) {
      answer = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export function json(status: number, body: unknown): Answer {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

export const garbage: Answer = response => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('<html>Sorry</html>')
}

export const hang: Answer = () => {}

export const reset: Answer = response => {
  response.socket?.resetAndDestroy()
}

/** A field of something that came as JSON. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (object, key) =>
      typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[key] : undefined,
    value,
  )
}
