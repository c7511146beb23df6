import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fetch } from '@switchboard/adapters/meta'

export interface SentRequest {
  readonly method: string | undefined
  /** As it left: with the host when it did not go to the API's own. */
  readonly url: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface RecordedResponse {
  readonly status: number
  readonly body: unknown
}

/** A server that gives the recorded responses, one after the other. */
export interface RecordingServer {
  readonly url: string
  readonly sent: readonly SentRequest[]
  /** Leads to the server whatever the host, so that the recorded addresses can be used as they are. */
  readonly fetch: Fetch
  close(): Promise<void>
}

export async function recordingServer(...responses: readonly RecordedResponse[]): Promise<RecordingServer> {
  const sent: SentRequest[] = []
  const addresses: string[] = []
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method, url: path = '', headers } = request
    const response = responses[sent.length] ?? { status: 500, body: 'more requests than were recorded' }
    sent.push({ method, path, url: addresses[sent.length] ?? path, headers, body: Buffer.concat(chunks) })
    const { status, body } = response
    if (body instanceof Uint8Array) reply.writeHead(status, { 'content-type': 'image/jpeg' }).end(body)
    else reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    sent,
    fetch(address, init) {
      addresses.push(address)
      return fetch(address.replace(/^https?:\/\/[^/]+/, url), init)
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
