// What one webhook of a kilobyte costs each channel to check and translate, next to checking its signature and reading its JSON.
import { createHmac } from 'node:crypto'
import { metaChannel } from '@switchboard/adapters/meta'
import { wahaChannel } from '@switchboard/adapters/waha'
import { whapiChannel } from '@switchboard/adapters/whapi'
import type { Channel, WebhookRequest } from '@switchboard/core'
import { account, webhookRequest } from '../load/wire.js'

const rounds = Number(process.env.ROUNDS)
const webhooks = 2_000
const bytes = 1_000
const seconds = Math.floor(Date.now() / 1000)

type Signed = readonly [header: string, sign: (body: Buffer) => string]
const hmac = (algorithm: string, key: string) => (body: Buffer) =>
  createHmac(algorithm, key).update(body).digest('hex')

/** A text filled up to the kilobyte. */
function fill(make: (text: string) => object): Buffer {
  const empty = JSON.stringify(make('')).length
  return Buffer.from(JSON.stringify(make('x'.repeat(Math.max(1, bytes - empty)))))
}

function metaBody(index: number): Buffer {
  const request = webhookRequest({ user: index, token: `parse-${index}` })
  return request.subarray(request.indexOf('\r\n\r\n') + 4)
}

function whapiBody(index: number): Buffer {
  const phone = String(15_550_000_000 + index)
  return fill(body => ({
    messages: [
      {
        id: `p.parse-${index}-g4CA`,
        from_me: false,
        type: 'text',
        chat_id: `${phone}@s.whatsapp.net`,
        timestamp: seconds,
        source: 'mobile',
        text: { body },
        from: phone,
        from_name: `Person ${index}`,
      },
    ],
    event: { type: 'messages', event: 'post' },
    channel_id: 'SAMPLE-F75AB',
  }))
}

function wahaBody(index: number): Buffer {
  const chat = `${15_550_000_000 + index}@c.us`
  return fill(body => ({
    id: `evt_parse${index}`,
    timestamp: seconds * 1000,
    event: 'message.any',
    session: 'default',
    me: { id: '15550009999@c.us', pushName: 'Business' },
    payload: {
      id: `false_${chat}_3EB0${String(index).padStart(16, '0')}`,
      timestamp: seconds,
      from: chat,
      fromMe: false,
      source: 'app',
      to: null,
      body,
      hasMedia: false,
      media: null,
      ack: 1,
      ackName: 'SERVER',
      replyTo: null,
      _data: { notifyName: `Person ${index}` },
    },
    engine: 'NOWEB',
    environment: { version: '2026.7.1', engine: 'NOWEB', tier: 'PLUS' },
  }))
}

const metaSigned: Signed = [
  'x-hub-signature-256',
  body => `sha256=${hmac('sha256', account.appSecret)(body)}`,
]
const wahaKey = 'bench-hmac-key'
const subjects: Readonly<Record<string, [Channel, (index: number) => Buffer, Signed]>> = {
  meta: [metaChannel(account), metaBody, metaSigned],
  whapi: [
    whapiChannel({ token: 'bench-token', webhookSecret: 'bench-secret' }),
    whapiBody,
    ['x-webhook-secret', () => 'bench-secret'],
  ],
  waha: [
    wahaChannel({ url: 'http://127.0.0.1:1', apiKey: 'bench-key', hmacKey: wahaKey }),
    wahaBody,
    ['x-webhook-hmac', hmac('sha512', wahaKey)],
  ],
}

function prepare(make: (index: number) => Buffer, [header, sign]: Signed): WebhookRequest[] {
  return Array.from({ length: webhooks }, (_, index) => {
    const body = make(index)
    const value = sign(body)
    return { method: 'POST', url: '/', headers: { get: name => (name === header ? value : null) }, body }
  })
}

/** Microseconds a webhook. */
async function time(
  requests: readonly WebhookRequest[],
  work: (request: WebhookRequest) => unknown,
): Promise<number> {
  const start = performance.now()
  for (const request of requests) await work(request)
  return ((performance.now() - start) * 1000) / requests.length
}

const results: Record<string, { readonly ours: number[]; readonly bare: number[] }> = {}
for (const [name, [channel, make, signed]] of Object.entries(subjects)) {
  const requests = prepare(make, signed)
  const events = (await channel.receive?.(requests[0] as WebhookRequest))?.events ?? []
  if (events[0]?.type !== 'message') throw new Error(`${name} did not read its webhook`)
  const bare = (request: WebhookRequest) => {
    hmac('sha256', account.appSecret)(request.body as Buffer)
    return JSON.parse((request.body as Buffer).toString())
  }
  const result = { ours: [] as number[], bare: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    const [own, other] = [
      await time(requests, request => channel.receive?.(request)),
      await time(requests, bare),
    ]
    // The first round warms up.
    if (round > 0) {
      result.ours.push(own)
      result.bare.push(other)
    }
  }
  results[name] = result
}
process.send?.(results)
