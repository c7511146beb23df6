import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { describeError } from '../errors.js'
import type { WebhookHandler } from '../options.js'

/** One attempt to hand over a webhook. */
export interface WebhookAttempt {
  /** HTTP status; absent when no answer came. */
  readonly status?: number
  /** How long it took, milliseconds. */
  readonly ms: number
  /** Why no answer came. */
  readonly error?: string
  /** The start of the answer's body, for a look when the status is not 200. */
  readonly body?: string
}

export interface Poster {
  post(target: URL | WebhookHandler, bytes: Buffer, headers: Record<string, string>): Promise<WebhookAttempt>
  close(): void
}

const KEPT_BODY = 300

/** What a handler without a server sees as its URL. */
export const HANDLER_URL = 'http://localhost/webhooks/meta'

/** Posts over kept-alive connections, as many at once as asked for. */
export function createPoster(timeoutMs: number): Poster {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  const running = new Set<AbortController>()

  async function attempt(target: URL | WebhookHandler, bytes: Buffer, headers: Record<string, string>) {
    const controller = new AbortController()
    const late = new Error(`no answer within ${timeoutMs} ms`)
    const timer = setTimeout(() => controller.abort(late), timeoutMs)
    running.add(controller)
    try {
      return await (typeof target === 'function'
        ? callHandler(target, bytes, headers, controller.signal)
        : postOverHttp(target, bytes, headers, controller.signal, agents))
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error
    } finally {
      clearTimeout(timer)
      running.delete(controller)
    }
  }

  return {
    async post(target, bytes, headers) {
      const started = performance.now()
      try {
        const answer = await attempt(target, bytes, headers)
        return { ...answer, ms: performance.now() - started }
      } catch (error) {
        return { ms: performance.now() - started, error: describeError(error) }
      }
    },
    close() {
      for (const controller of running) controller.abort(new Error('the emulator was closed'))
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

function postOverHttp(
  url: URL,
  bytes: Buffer,
  headers: Record<string, string>,
  signal: AbortSignal,
  agents: { http: HttpAgent; https: HttpsAgent },
): Promise<Answer> {
  const length = { 'content-length': String(bytes.length) }
  const options = { method: 'POST', headers: { ...headers, ...length }, signal }
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: agents.https })
        : httpRequest(url, { ...options, agent: agents.http })
    request.on('error', reject)
    request.on('response', response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < KEPT_BODY) body += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.slice(0, KEPT_BODY) }))
    })
    request.end(bytes)
  })
}

async function callHandler(
  handler: WebhookHandler,
  bytes: Buffer,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  const request = new Request(HANDLER_URL, { method: 'POST', headers, body: new Uint8Array(bytes), signal })
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const response = await Promise.race([handler(request), aborted])
  return { status: response.status, body: (await response.text()).slice(0, KEPT_BODY) }
}
