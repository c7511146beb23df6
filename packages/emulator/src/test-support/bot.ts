import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '../emulator.js'
import { asObjects, isObject, type JsonObject } from '../json.js'
import type { EmulatorOptions } from '../options.js'
import { startEmulator } from '../start-emulator.js'
import { type JsonAnswer, type JsonRequest, requestJson } from './request.js'

/** A webhook as it arrived. */
interface Hook {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly raw: string
  readonly body: JsonObject
}

/** A server that takes webhooks over real HTTP and keeps them. */
export interface Bot extends AsyncDisposable {
  readonly url: string
  readonly hooks: readonly Hook[]
  /** Every message of every hook, in order of arrival. */
  messages(): JsonObject[]
  statuses(): JsonObject[]
  /** The change values of every hook. */
  values(): JsonObject[]
}

type Answer = number | { status?: number; body?: string; delayMs?: number }

/** How the bot answers a webhook, by its position from 1. */
export type AnswerHook = (hook: Hook, position: number) => Answer | Promise<Answer>

export async function startBot(answer: AnswerHook = () => 200): Promise<Bot> {
  const hooks: Hook[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks).toString('utf8')
    const parsed: unknown = raw === '' ? {} : JSON.parse(raw)
    const body = isObject(parsed) ? parsed : {}
    const hook = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, raw, body }
    hooks.push(hook)
    const given = await answer(hook, hooks.length)
    const {
      status = 200,
      body: text = '',
      delayMs = 0,
    } = typeof given === 'number' ? { status: given } : given
    setTimeout(() => response.writeHead(status).end(text), delayMs)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const values = (): JsonObject[] =>
    hooks.flatMap(hook =>
      asObjects(hook.body.entry).flatMap(entry =>
        asObjects(entry.changes).flatMap(change => (isObject(change.value) ? [change.value] : [])),
      ),
    )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/meta`,
    hooks,
    values,
    messages: () => values().flatMap(value => asObjects(value.messages)),
    statuses: () => values().flatMap(value => asObjects(value.statuses)),
    [Symbol.asyncDispose]: () => stop(server),
  }
}

function stop(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/**
 * An emulator and a bot that takes its webhooks; statuses are off unless asked for.
 *
 * @param options a function is told where the bot is; otherwise Meta's webhooks go there
 */
export async function startBoth(
  options: EmulatorOptions | ((webhook: string) => EmulatorOptions) = {},
  answer?: AnswerHook,
) {
  const bot = await startBot(answer)
  const emulator = await startEmulator({
    statuses: false,
    redelivery: { firstMs: 10 },
    ...(typeof options === 'function' ? options(bot.url) : { webhook: bot.url, ...options }),
  })
  return {
    bot,
    emulator,
    async [Symbol.asyncDispose]() {
      await emulator.close()
      await bot[Symbol.asyncDispose]()
    },
  }
}

export interface GraphRequest extends JsonRequest {
  readonly token?: string
}

/** A request to the Graph API, as a client makes it. */
export function graph(
  emulator: Emulator,
  path: string,
  { token = emulator.account.accessToken, ...request }: GraphRequest = {},
): Promise<JsonAnswer> {
  const headers = { authorization: `Bearer ${token}`, ...request.headers }
  return requestJson(emulator.url + path, { ...request, headers })
}

/** Sends a message to Alex, unless told otherwise. */
export function send(
  emulator: Emulator,
  message: JsonObject,
  request: GraphRequest = {},
): Promise<JsonAnswer> {
  const body = { messaging_product: 'whatsapp', to: '+15550001234', ...message }
  return graph(emulator, `/v24.0/${emulator.account.phoneNumberId}/messages`, { body, ...request })
}

export function sendText(emulator: Emulator, body: string, message: JsonObject = {}): Promise<JsonAnswer> {
  return send(emulator, { type: 'text', text: { body }, ...message })
}

/** The id of the message that an answer accepted. */
export function wamidOf(answer: JsonAnswer): string {
  const [message] = asObjects(answer.body.messages)
  if (typeof message?.id !== 'string') throw new Error(`Not accepted: ${JSON.stringify(answer.body)}`)
  return message.id
}

/** Code and details of a refusal. */
export function refusalOf(answer: JsonAnswer): {
  status: number
  code: unknown
  message: unknown
  details: unknown
} {
  const error = isObject(answer.body.error) ? answer.body.error : {}
  const data = isObject(error.error_data) ? error.error_data : {}
  return { status: answer.status, code: error.code, message: error.message, details: data.details }
}
