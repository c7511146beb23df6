import type { Received, WebhookRequest, WebhookResponse } from '@switchboard/core'
import { asFields, asList, type Fields } from '../values.js'
import { readEntries } from './envelope.js'
import { isSameToken, isSigned } from './signature.js'

export interface ReceiveSettings {
  readonly channel: string
  readonly defaultAccount: string
  readonly appSecret: string | undefined
  readonly verifyToken: string | undefined
  now(): number
}

const accepted: WebhookResponse = { status: 200 }

/** Meta's two requests: `GET` once, to prove who owns the endpoint, and `POST` for each webhook. */
export function receiveWebhook(request: WebhookRequest, settings: ReceiveSettings): Received {
  if (request.method === 'POST') return receivePost(request, settings)
  if (request.method === 'GET') return { events: [], response: verify(request, settings.verifyToken) }
  return { events: [], response: { ...problem(405, 'Use GET or POST.'), headers: { allow: 'GET, POST' } } }
}

/** Echoes the challenge to whoever knows the verify token (Meta, "Create a webhook endpoint"). */
function verify({ url }: WebhookRequest, verifyToken: string | undefined): WebhookResponse {
  const start = url.indexOf('?')
  const query = new URLSearchParams(start === -1 ? '' : url.slice(start).split('#', 1)[0])
  const challenge = query.get('hub.challenge')
  const known =
    verifyToken !== undefined &&
    query.get('hub.mode') === 'subscribe' &&
    isSameToken(query.get('hub.verify_token') ?? '', verifyToken)
  if (!known || challenge === null) return problem(403, 'The verify token does not match.')
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: challenge }
}

function receivePost(request: WebhookRequest, settings: ReceiveSettings): Received {
  const { appSecret, channel, defaultAccount } = settings
  if (
    appSecret !== undefined &&
    !isSigned(request.body, request.headers.get('x-hub-signature-256'), appSecret)
  ) {
    return refuse(401, 'The signature does not match.')
  }
  const webhook = parse(request.body)
  if (!webhook) return refuse(400, 'The body is not a JSON object.')
  if (webhook.object !== 'whatsapp_business_account')
    return refuse(400, 'The object is not whatsapp_business_account.')
  const entries = asList(webhook.entry)
  if (!entries) return refuse(400, 'The entry is not a list.')
  return {
    events: readEntries(entries, { channel, defaultAccount, now: settings.now() }),
    response: accepted,
  }
}

function parse(body: Uint8Array): Fields | undefined {
  try {
    return asFields(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()))
  } catch {
    return undefined
  }
}

function refuse(status: number, text: string): Received {
  return { events: [], response: problem(status, text) }
}

function problem(status: number, text: string): WebhookResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body: text }
}
