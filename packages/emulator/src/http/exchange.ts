import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** An answer before it is put on the wire. */
export interface Reply {
  readonly status: number
  /** A string or bytes go out as they are, anything else as JSON. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One request and what can be done with it, bad manners included. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The caller hung up. */
  readonly gone: boolean
  /** Sends the reply; resolves false when the caller left before it was out. */
  answer(reply: Reply): Promise<boolean>
  /** TCP reset. */
  reset(): void
  /** For streams. */
  readonly response: ServerResponse
}

/** The body is larger than the route takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
}

export async function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  limit: (method: string, url: URL) => number,
): Promise<Exchange> {
  // A caller that hangs up while something is written is no reason to end the process.
  response.on('error', () => {})
  const method = request.method ?? 'GET'
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`)
  const body = await readBody(request, limit(method, url))
  return {
    method,
    url,
    headers: request.headers,
    body,
    response,
    get gone() {
      return response.destroyed && !response.writableFinished
    },
    answer: reply => sendReply(response, reply),
    reset: () => void request.socket.resetAndDestroy(),
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) return void chunks.push(chunk)
      // The socket stays open so that the refusal can still be read.
      request.removeAllListeners('data').pause()
      reject(new BodyTooLargeError(`The body is larger than ${limit} bytes.`))
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('The caller hung up in the middle of the request.')))
  })
}

function sendReply(response: ServerResponse, reply: Reply): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false)
  const raw = typeof reply.body === 'string' || reply.body instanceof Uint8Array
  const payload = raw ? (reply.body as string | Uint8Array) : JSON.stringify(reply.body)
  const type = raw ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'
  response.writeHead(reply.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(payload),
    'cache-control': 'no-store',
    ...reply.headers,
  })
  return new Promise(resolve => {
    response.once('close', () => resolve(response.writableFinished))
    response.end(payload)
  })
}

/** The HTML page that a proxy answers with when what is behind it fails. */
export function htmlError(status: number, title: string): Reply {
  const body = `<!DOCTYPE html>\n<html lang="en"><head><title>Error</title></head><body><h1>${title}</h1><p>Sorry, something went wrong.</p></body></html>\n`
  return { status, body, headers: { 'content-type': 'text/html; charset=utf-8' } }
}
