import { createHmac } from 'node:crypto'
import { metaChannel } from '@switchboard/adapters/meta'
import { wahaChannel } from '@switchboard/adapters/waha'
import { whapiChannel } from '@switchboard/adapters/whapi'
import type { ChannelEvent, Received, StoredEvent, WebhookRequest } from '@switchboard/core'
import type { Emulator } from '@switchboard/emulator'
import { recordingsOf } from './recordings.js'

export const whapiSecret = 'a secret of the webhooks'

interface Provider {
  readonly name: 'meta' | 'whapi' | 'waha'
  /** A plain text of a person in a direct chat. */
  readonly text: string
  /** The headers by which a server that is connected to this emulator believes a webhook. */
  sign(body: string, emulator: Emulator): Record<string, string>
  /** Translates as the provider's own adapter does. */
  receive(request: WebhookRequest): Received | Promise<Received>
}

const hmac = (algorithm: string, key: string, body: string) =>
  createHmac(algorithm, key).update(body).digest('hex')

export const providers: readonly Provider[] = [
  {
    name: 'meta',
    text: 'text.json',
    sign: (body, { account }) => ({
      'x-hub-signature-256': `sha256=${hmac('sha256', account.appSecret, body)}`,
    }),
    receive: request =>
      metaChannel({ phoneNumberId: '106540000000001', accessToken: 'any' }).receive(request),
  },
  {
    name: 'whapi',
    text: 'text.json',
    sign: () => ({ authorization: `Bearer ${whapiSecret}` }),
    receive: request => whapiChannel({ account: 'FICTNL-A1B2C', token: 'any' }).receive(request),
  },
  {
    name: 'waha',
    text: 'message_text_webjs.json',
    sign: (body, { waha }) => ({
      'x-webhook-hmac': hmac('sha512', waha.hmacKey ?? '', body),
      'x-webhook-hmac-algorithm': 'sha512',
    }),
    receive: request => wahaChannel({ url: 'http://localhost:3000' }).receive(request),
  },
]

export interface RecordedWebhook {
  readonly file: string
  /** The body, byte for byte. */
  readonly body: string
  readonly events: readonly ChannelEvent[]
}

/** All webhooks of a provider in the order of their names, each with what its adapter makes of it. */
export async function recordedWebhooks(provider: Provider): Promise<readonly RecordedWebhook[]> {
  const { namesIn, loadText } = recordingsOf(provider.name)
  return await Promise.all(
    namesIn('webhooks').map(async file => {
      const body = loadText('webhooks', file)
      const request = { method: 'POST', url: '/', headers: { get: () => null }, body: Buffer.from(body) }
      return { file, body, events: (await provider.receive(request)).events }
    }),
  )
}

/** The events that become a line of a conversation. */
export function linesOf(webhooks: readonly RecordedWebhook[]): StoredEvent[] {
  return webhooks
    .flatMap(({ events }) => events)
    .filter(event => event.type !== 'notice' && event.type !== 'status' && event.type !== 'identity')
}

/** What somebody wrote, or what belongs to it: nothing of it may get into a log. */
export function wordsOf(webhooks: readonly RecordedWebhook[]): string[] {
  const words = new Set<string>()
  const collect = (value: unknown, key = '') => {
    if (typeof value === 'object' && value !== null) {
      for (const [inner, part] of Object.entries(value)) collect(part, inner)
    } else if (typeof value === 'string' && value.length >= 8 && key !== 'type') words.add(value)
  }
  for (const event of linesOf(webhooks)) {
    collect('content' in event ? event.content : undefined)
    collect(event.chat.kind === 'direct' ? event.chat.person : event.sender)
  }
  return [...words]
}

/** The same webhook as often as it holds lists, each time with another one of them empty. */
export function emptied(body: string): string[] {
  const bodies: string[] = []
  const whole: unknown = JSON.parse(body)
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value) && value.length > 0) {
      const items = value.splice(0)
      bodies.push(JSON.stringify(whole))
      value.push(...items)
    }
    for (const part of Object.values(value)) visit(part)
  }
  visit(whole)
  return bodies
}
