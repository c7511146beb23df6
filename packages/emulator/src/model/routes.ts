import { isBearer } from '../graph/authorize.js'
import type { Exchange, Reply } from '../http/exchange.js'
import type { World } from '../world.js'
import type { ModelAnswer, ModelRequest } from './answer.js'
import { complete, completionBody, completionChunks } from './completion.js'
import { type ChatRequest, ModelApiError, readChatRequest } from './read-request.js'

type FullAnswer = Exclude<ModelAnswer, string>
type Outcome = ModelRequest['outcome']

/**
 * An OpenAI-compatible API, below `/v1` and, for Groq's client, below `/openai/v1`:
 * - `POST …/chat/completions`, also streamed
 * - `GET …/models`, `GET …/models/{id}`
 */
export function isModelPath(path: string): boolean {
  return /^(\/openai)?\/v1\//.test(path)
}

export async function handleModel(world: World, exchange: Exchange): Promise<void> {
  try {
    requireKey(world, exchange)
    const path = exchange.url.pathname.replace(/^(\/openai)?\/v1/, '')
    if (path === '/chat/completions' && exchange.method === 'POST') return await answerChat(world, exchange)
    const models = exchange.method === 'GET' ? listModels(world, path) : undefined
    if (!models) throw new ModelApiError(404, `Invalid URL (${exchange.method} ${exchange.url.pathname})`)
    await exchange.answer({ status: 200, body: models })
  } catch (error) {
    const known =
      error instanceof ModelApiError ? error : new ModelApiError(500, String(error), { type: 'server_error' })
    await exchange.answer(errorReply(known))
  }
}

function requireKey(world: World, exchange: Exchange): void {
  const { apiKey } = world.model
  if (apiKey !== undefined && !isBearer(exchange.headers.authorization, apiKey))
    throw new ModelApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' })
}

function listModels(world: World, path: string): unknown {
  const data = world.model.models.map(id => ({
    id,
    object: 'model',
    created: 1_700_000_000,
    owned_by: 'emulator',
  }))
  if (path === '/models') return { object: 'list', data }
  return data.find(model => path === `/models/${model.id}`)
}

async function answerChat(world: World, exchange: Exchange): Promise<void> {
  const chat = readChatRequest(exchange.body.toString('utf8'))
  const request = {
    sequence: world.ledger.nextSequence(),
    receivedAt: world.now(),
    path: exchange.url.pathname,
    model: chat.model,
    messages: chat.messages,
    stream: chat.stream,
    body: chat.body,
    outcome: 'pending' as Outcome,
  }
  world.model.record(request)
  const scripted = await world.model.next(request)
  const answer: FullAnswer = typeof scripted === 'string' ? { text: scripted } : scripted
  if (answer.delayMs !== undefined && !(await world.timers.wait(answer.delayMs))) return
  request.outcome = await give(world, exchange, chat, answer)
}

async function give(
  world: World,
  exchange: Exchange,
  chat: ChatRequest,
  answer: FullAnswer,
): Promise<Outcome> {
  if (answer.failure === 'hang') return 'withheld'
  if (answer.failure === 'reset') {
    exchange.reset()
    return 'withheld'
  }
  if (answer.failure === 'garbage') {
    const body = '{"id":"chatcmpl-broken","choices":[{"message":{"role":"assistant","content":'
    return outcomeOf(
      await exchange.answer({ status: 200, body, headers: { 'content-type': 'application/json' } }),
    )
  }
  if (answer.error !== undefined || (answer.status ?? 200) >= 400) {
    const arrived = await exchange.answer(errorReply(scriptedError(answer)))
    return arrived ? 'refused' : 'client-left'
  }
  const completion = complete(chat, answer, world.ids.token(), world.now())
  const reply: Reply = { status: answer.status ?? 200, body: completionBody(completion) }
  if (chat.stream) return stream(exchange, completionChunks(completion, chat.includeUsage), answer)
  if (answer.failure === 'cut-short') return cutShort(exchange, JSON.stringify(reply.body))
  return outcomeOf(await exchange.answer(reply))
}

function outcomeOf(arrived: boolean): Outcome {
  return arrived ? 'answered' : 'client-left'
}

function stream(exchange: Exchange, chunks: readonly string[], answer: FullAnswer): Outcome {
  const { response } = exchange
  if (exchange.gone) return 'client-left'
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  if (answer.failure !== 'cut-short') {
    for (const chunk of chunks) response.write(chunk)
    response.end()
    return 'answered'
  }
  response.write(chunks.slice(0, Math.ceil(chunks.length / 2)).join(''), exchange.reset)
  return 'cut-short'
}

function cutShort(exchange: Exchange, body: string): Outcome {
  const { response } = exchange
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.write(body.slice(0, body.length / 2), exchange.reset)
  return 'cut-short'
}

function scriptedError(answer: FullAnswer): ModelApiError {
  const status = answer.status ?? 500
  const [message, type, code] = DEFAULTS[status] ?? [
    'The server had an error while processing your request.',
    'server_error',
    null,
  ]
  return new ModelApiError(status, answer.error?.message ?? message, {
    type: answer.error?.type ?? type,
    code: answer.error?.code ?? code,
    ...(answer.retryAfter !== undefined && { retryAfter: answer.retryAfter }),
  })
}

const DEFAULTS: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
  400: ['Invalid request.', 'invalid_request_error', null],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  404: [
    'The model does not exist or you do not have access to it.',
    'invalid_request_error',
    'model_not_found',
  ],
  429: ['Rate limit reached for requests.', 'requests', 'rate_limit_exceeded'],
  503: ['The engine is currently overloaded, please try again later.', 'server_error', null],
}

function errorReply(error: ModelApiError): Reply {
  const { type = 'invalid_request_error', code = null, param = null, retryAfter } = error.options
  return {
    status: error.status,
    body: { error: { message: error.message, type, param, code } },
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  }
}
