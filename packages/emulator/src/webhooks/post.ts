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

/** Where a call goes. A handler without a server sees `http://localhost/webhooks/{provider}` as its URL. */
export function targetOf(
  webhook: URL | WebhookHandler,
  provider: string,
): Pick<WebhookCall, 'url' | 'handler'> {
  return webhook instanceof URL
    ? { url: webhook, handler: undefined }
    : { url: new URL(`http://localhost/webhooks/${provider}`), handler: webhook }
}

/** Calls over kept-alive connections, as many at once as asked for. */
export function createPoster(timeoutMs: number): Poster {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  const running = new Set<(reason: Error) => void>()

  // Timers and callbacks by hand: an AbortController per attempt cost more than the rest of it (measured).
  function attempt(call: WebhookCall): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => cancel(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
      const done = (): void => {
        clearTimeout(timer)
        running.delete(cancel)
      }
      const { answer, abandon } = call.handler ? callHandler(call.handler, call) : callOverHttp(call, agents)
      function cancel(reason: Error): void {
        done()
        reject(reason)
        abandon()
      }
      running.add(cancel)
      answer.finally(done).then(resolve, reject)
    })
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
      for (const cancel of [...running]) cancel(new Error('the emulator was closed'))
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

interface Attempt {
  readonly answer: Promise<Answer>
  /** Nobody waits for the answer any more. */
  abandon(): void
}

function callOverHttp(
  { url, bytes, headers }: WebhookCall,
  agents: { http: HttpAgent; https: HttpsAgent },
): Attempt {
  const method = bytes ? 'POST' : 'GET'
  const length = bytes && { 'content-length': String(bytes.length) }
  const options = { method, headers: { ...headers, ...length } }
  const request =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http })
  const answer = new Promise<Answer>((resolve, reject) => {
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
  })
  request.end(bytes)
  return { answer, abandon: () => void request.destroy() }
}

function callHandler(handler: WebhookHandler, { url, bytes, headers }: WebhookCall): Attempt {
  const body = bytes && { method: 'POST', body: new Uint8Array(bytes) }
  const request = new Request(url, { headers, ...body })
  const answer = (async () => {
    const response = await handler(request)
    return { status: response.status, body: (await response.text()).slice(0, KEPT_BODY) }
  })()
  return { answer, abandon() {} }
}
