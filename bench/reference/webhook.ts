// What every hand-written server here shares: read the bytes, check the signature, parse. Nothing is added for comfort.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { account } from '../load/wire.js'

/** The one message of the webhooks that the generator sends. */
export interface WebhookMessage {
  readonly phone: string
  readonly name: string
  readonly account: string
  readonly providerId: string
  readonly sentAt: number
  readonly text: string
  readonly raw: string
}

export function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
}

export function isSigned(body: Buffer, header: string | string[] | undefined): boolean {
  const expected = `sha256=${createHmac('sha256', account.appSecret).update(body).digest('hex')}`
  return (
    typeof header === 'string' &&
    header.length === expected.length &&
    timingSafeEqual(Buffer.from(header), Buffer.from(expected))
  )
}

export function parseMessage(body: Buffer): WebhookMessage {
  const { value } = JSON.parse(body.toString()).entry[0].changes[0]
  const [message] = value.messages
  const [contact] = value.contacts
  return {
    phone: message.from,
    name: contact.profile.name,
    account: value.metadata.phone_number_id,
    providerId: message.id,
    sentAt: Number(message.timestamp) * 1000,
    text: message.text.body,
    raw: JSON.stringify({ message, contact }),
  }
}

export function respond(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 })
  response.end()
}
