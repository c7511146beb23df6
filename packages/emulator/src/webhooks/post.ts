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

/** A request to the webhook; without bytes a GET. */
export interface WebhookCall {
  readonly url: URL
  /** Called instead of the URL, which it still gets to see. */
  readonly handler: WebhookHandler | undefined
  readonly bytes?: Buffer
  readonly headers: Readonly<Record<string, string>>
}

export interface Poster {
  /** Never rejects: no answer is an answer too. */
  call(call: WebhookCall): Promise<WebhookAttempt>
  close(): void
}

const KEPT_BODY = 300

/** What a handler without a server sees as its URL. */
const HANDLER_URL = new URL('http://localhost/webhooks/meta')

/** Where a call goes. */
export function targetOf(webhook: URL | WebhookHandler): Pick<WebhookCall, 'url' | 'handler'> {
  return webhook instanceof URL
    ? { url: webhook, handler: undefined }
    : { url: HANDLER_URL, handler: webhook }
}

/** Calls over kept-alive connections, as many at once as asked for. */
export function createPoster(timeoutMs: number): Poster {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  const running = new Set<AbortController>()

  async function attempt(call: WebhookCall): Promise<Answer> {
    const controller = new AbortController()
    const late = new Error(`no answer within ${timeoutMs} ms`)
    const timer = setTimeout(() => controller.abort(late), timeoutMs)
    running.add(controller)
    try {
      return await (call.handler
        ? callHandler(call.handler, call, controller.signal)
        : callOverHttp(call, controller.signal, agents))
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error
    } finally {
      clearTimeout(timer)
      running.delete(controller)
    }
  }

  return {
    async call(call) {
      const started = performance.now()
      try {
        const answer = await attempt(call)
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

function callOverHttp(
  { url, bytes, headers }: WebhookCall,
  signal: AbortSignal,
  agents: { http: HttpAgent; https: HttpsAgent },
): Promise<Answer> {
  const method = bytes ? 'POST' : 'GET'
  const length = bytes && { 'content-length': String(bytes.length) }
  const options = { method, headers: { ...headers, ...length }, signal }
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
  { url, bytes, headers }: WebhookCall,
  signal: AbortSignal,
): Promise<Answer> {
  const body = bytes && { method: 'POST', body: new Uint8Array(bytes) }
  const request = new Request(url, { headers, signal, ...body })
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const response = await Promise.race([handler(request), aborted])
  return { status: response.status, body: (await response.text()).slice(0, KEPT_BODY) }
}
