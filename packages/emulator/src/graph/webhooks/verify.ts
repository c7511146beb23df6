import { randomInt } from 'node:crypto'
import type { WebhookHandler } from '../../options.js'
import { type Poster, targetOf } from '../../webhooks/post.js'

/** How the webhook took the GET verification. */
export interface Verification {
  /** True when it answered 200 with the challenge as body. */
  readonly verified: boolean
  readonly status?: number
  readonly body?: string
  readonly error?: string
}

/** Calls the webhook as Meta does when it is configured: `hub.mode`, `hub.challenge`, `hub.verify_token`. */
export async function verifyWebhook(
  poster: Poster,
  webhook: URL | WebhookHandler,
  token: string,
): Promise<Verification> {
  const target = targetOf(webhook, 'meta')
  const url = new URL(target.url)
  const challenge = String(randomInt(1_000_000_000, 2_000_000_000))
  url.searchParams.set('hub.mode', 'subscribe')
  url.searchParams.set('hub.challenge', challenge)
  url.searchParams.set('hub.verify_token', token)
  const { ms: _, ...answer } = await poster.call({
    ...target,
    url,
    headers: { 'user-agent': 'facebookplatform/1.0' },
  })
  return { verified: answer.status === 200 && answer.body === challenge, ...answer }
}
