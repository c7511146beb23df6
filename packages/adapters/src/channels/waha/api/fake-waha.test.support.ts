import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { OutboundContent, OutboundMessage } from '@switchboard/core'
import { listen } from '../../../http/local-server.test.support.js'
import { type WahaChannel, type WahaChannelOptions, wahaChannel } from '../index.js'
import { channelOptions, phone } from '../webhook/samples.test.support.js'

export interface SeenCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly body: any
}

export type Reply = (response: ServerResponse, call: SeenCall, socket: Socket) => void

export interface FakeWaha {
  readonly url: string
  /** All but questions about the session. */
  readonly calls: SeenCall[]
  /** How often the session was asked for. */
  sessionReads(): number
  /** What `GET /api/sessions/default` says. */
  session: unknown
  sessionStatus: number
  answerWith(reply: Reply): void
}

export const apiKey = 'sample-waha-key'

/** A channel that speaks to it. */
export function open(waha: { readonly url: string }, options: Partial<WahaChannelOptions> = {}): WahaChannel {
  return wahaChannel({ ...channelOptions, url: waha.url, apiKey, ...options })
}

/** A message to the customer of the samples. */
export function outbound(content: OutboundContent, fields: Partial<OutboundMessage> = {}): OutboundMessage {
  const to = { kind: 'phone', value: `+${phone}` } as const
  return { id: 'outbound-1', channel: 'waha', account: 'default', to, content, ...fields }
}

/** Fields that each endpoint knows (WAHA's OpenAPI file). Others fail with 422, as with its validation. */
const fieldsOf: Readonly<Record<string, string>> = {
  'POST /api/sendText': 'session chatId text reply_to linkPreview id',
  'POST /api/sendImage': 'session chatId file caption reply_to',
  'POST /api/sendFile': 'session chatId file caption reply_to',
  'POST /api/sendVoice': 'session chatId file convert reply_to',
  'POST /api/sendVideo': 'session chatId file caption convert asNote reply_to',
  'POST /api/sendLocation': 'session chatId latitude longitude title reply_to id',
  'POST /api/sendContactVcard': 'session chatId contacts reply_to id',
  'POST /api/sendPoll': 'session chatId poll reply_to id',
  'POST /api/sendList': 'session chatId message reply_to',
  'POST /api/sendButtons': 'session chatId header headerImage body footer buttons',
  'PUT /api/reaction': 'session messageId reaction',
  'POST /api/sendSeen': 'session chatId messageIds participant',
  'POST /api/startTyping': 'session chatId',
}

/** A WAHA on a private port until the test ends: strict about keys and fields, and answering as it is told. */
export async function startWaha(engine = 'GOWS'): Promise<FakeWaha> {
  const calls: SeenCall[] = []
  let reply: Reply = accepted
  let sessionReads = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const { method = '', url: path = '', headers } = request
    const call: SeenCall = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) }
    if (headers['x-api-key'] !== apiKey)
      return json(401, { message: 'Unauthorized', statusCode: 401 })(response)
    if (path === '/api/sessions/default') {
      sessionReads += 1
      return json(waha.sessionStatus, waha.session)(response)
    }
    calls.push(call)
    const known = fieldsOf[`${method} ${path}`]?.split(' ')
    const unknown = Object.keys(call.body ?? {}).filter(field => known && !known.includes(field))
    if (unknown.length > 0) return json(422, { message: `unknown ${unknown.join()}` })(response)
    reply(response, call, request.socket)
  })
  const port = await listen(server)
  const waha: FakeWaha = {
    url: `http://127.0.0.1:${port}`,
    calls,
    sessionReads: () => sessionReads,
    session: { name: 'default', status: 'WORKING', engine: { engine } },
    sessionStatus: 200,
    answerWith(next) {
      reply = next
    },
  }
  return waha
}

export function json(status: number, body?: unknown): (response: ServerResponse) => void {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }
}

/** Takes a message: under the id that came with it, else under one of its own. */
export const accepted: Reply = (response, { body }) => {
  const stanza = body?.id ?? '3EB0ACCEPTED'
  json(201, { id: `true_${body?.chatId}_${stanza}`, fromMe: true, source: 'api', ack: 1 })(response)
}
