import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'

/** One request as it came over the wire. */
interface ApiRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Resolves when the client closes the connection without an answer. */
  readonly closed: Promise<unknown>
}

/** Answers one request. */
export type Answer = (response: ServerResponse) => void

/** A Chat Completions API on a private port that answers one way and records everything. */
export interface FakeApi extends AsyncDisposable {
  readonly origin: string
  readonly requests: ApiRequest[]
  /** Resolves when the next request has fully arrived. */
  nextRequest(): Promise<ApiRequest>
  /** From now on every valid request is answered so. */
  answerWith(answer: Answer): void
}

const allowedFields = new Set([
  'model',
  'messages',
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  'reasoning_effort',
])

/** Strict, so that a request which no API would take fails a test with 400, 404 or 415 instead of passing. */
export async function startFakeApi(path: string, first: Answer = json(completion())): Promise<FakeApi> {
  const requests: ApiRequest[] = []
  const waiting: ((request: ApiRequest) => void)[] = []
  let answer = first

  const server = createServer(async (request, response) => {
    const text = await readText(request)
    const record = {
      path: request.url ?? '',
      headers: request.headers,
      text,
      closed: once(response, 'close'),
    }
    requests.push(record)
    for (const resolve of waiting.splice(0)) resolve(record)
    const problem = findProblem(request, path, text)
    if (problem) json({ error: { message: problem.message, type: 'strict_fake' } }, problem.status)(response)
    else answer(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    nextRequest: () => new Promise(resolve => waiting.push(resolve)),
    answerWith(next) {
      answer = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function findProblem(
  request: IncomingMessage,
  path: string,
  text: string,
): { status: number; message: string } | undefined {
  if (request.method !== 'POST' || request.url !== path) return { status: 404, message: `no ${request.url}` }
  if (request.headers['content-type'] !== 'application/json') return { status: 415, message: 'not JSON' }
  const body: unknown = JSON.parse(text)
  if (typeof body !== 'object' || body === null) return { status: 400, message: 'not an object' }
  const unknownField = Object.keys(body).find(field => !allowedFields.has(field))
  if (unknownField) return { status: 400, message: `unknown field ${unknownField}` }
  if (!('messages' in body) || !Array.isArray(body.messages) || body.messages.length === 0) {
    return { status: 400, message: 'no messages' }
  }
  return undefined
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** An answer as the API gives it, with changes. */
export function completion(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'served-model-0611',
    choices: [choice({ role: 'assistant', content: 'We open at nine.', refusal: null })],
    usage: { prompt_tokens: 21, completion_tokens: 5, total_tokens: 26 },
    ...changes,
  }
}

export function choice(message: unknown, finishReason: string | null = 'stop'): Record<string, unknown> {
  return { index: 0, message, logprobs: null, finish_reason: finishReason }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return raw(JSON.stringify(body), status, { 'content-type': 'application/json', ...headers })
}

export function raw(body: string, status: number, headers: Record<string, string>): Answer {
  return response => {
    response.writeHead(status, headers).end(body)
  }
}

/** Closes the connection without a word. */
export const reset: Answer = response => {
  response.socket?.resetAndDestroy()
}

/** Never answers. */
export const hang: Answer = () => {}

/** Sends headers and the beginning of a body, and then nothing more. */
export const hangInBody: Answer = response => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' })
  response.write('{"choices":[')
}

/** Promises more bytes than it sends. */
export const cutShort: Answer = response => {
  hangInBody(response)
  setImmediate(() => response.socket?.destroy())
}
