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
  /** By number. */
  readonly appSecrets: ReadonlyMap<string, string | undefined>
  /** Each secret once. Without any nothing is verified. */
  readonly signers: readonly string[]
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
  const { appSecrets, signers, channel, defaultAccount } = settings
  const signer = findSigner(request, signers)
  if (signers.length > 0 && signer === undefined) return refuse(401, 'The signature does not match.')
  const webhook = parseBody(request.body)
  if (!webhook) return refuse(400, 'The body is not a JSON object.')
  if (webhook.object !== 'whatsapp_business_account')
    return refuse(400, 'The object is not whatsapp_business_account.')
  const entries = asList(webhook.entry)
  if (!entries) return refuse(400, 'The entry is not a list.')
  const events = readEntries(entries, { channel, defaultAccount, now: settings.now() })
  if (!events.every(event => speaksFor(signer, event.account, appSecrets))) {
    return refuse(401, 'The signature is that of another number.')
  }
  return { events, response: accepted }
}

function findSigner({ body, headers }: WebhookRequest, signers: readonly string[]): string | undefined {
  const header = headers.get('x-hub-signature-256')
  return signers.find(secret => isSigned(body, header, secret))
}

/**
 * Whoever knows the secret of one app must not report what happened to the numbers of another.
 *
 * @param signer the secret that signed the webhook; `undefined` when there are none to verify with
 */
function speaksFor(
  signer: string | undefined,
  account: string | undefined,
  appSecrets: ReceiveSettings['appSecrets'],
): boolean {
  const secret = account === undefined ? undefined : appSecrets.get(account)
  return signer === undefined || secret === undefined || secret === signer
}
