import type { Received, WebhookRequest, WebhookResponse } from '@switchboard/core'
import { asList } from '../../../values.js'
import { accepted, problem, refuse } from '../../../webhook/answers.js'
import { parseBody } from '../../../webhook/body.js'
import { isSameToken } from '../../../webhook/secrets.js'
import { readEntries } from './envelope.js'
import { isSigned } from './signature.js'

export interface ReceiveSettings {
  readonly channel: string
  readonly defaultAccount: string
  readonly appSecret: string | undefined
  readonly verifyToken: string | undefined
  now(): number
}

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
  const webhook = parseBody(request.body)
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
