import { randomInt } from 'node:crypto'
import { describeError, EmulatorError } from '../errors.js'
import type { Settings } from '../settings.js'
import { HANDLER_URL } from './post.js'

/** How the webhook took the GET verification. */
export interface Verification {
  /** True when it answered 200 with the challenge as body. */
  readonly verified: boolean
  readonly status?: number
  readonly body?: string
  readonly error?: string
}

/** Calls the webhook as Meta does when it is configured: `hub.mode`, `hub.challenge`, `hub.verify_token`. */
export async function verifyWebhook(settings: Settings, token: string): Promise<Verification> {
  const { webhook } = settings
  if (webhook === undefined)
    throw new EmulatorError('no-webhook', 'There is no webhook to verify: call connect(url) first.')
  const url = new URL(webhook instanceof URL ? webhook : HANDLER_URL)
  const challenge = String(randomInt(1_000_000_000, 2_000_000_000))
  url.searchParams.set('hub.mode', 'subscribe')
  url.searchParams.set('hub.challenge', challenge)
  url.searchParams.set('hub.verify_token', token)
  try {
    const signal = AbortSignal.timeout(settings.redelivery.timeoutMs)
    const request = new Request(url, {
      signal,
      headers: { 'user-agent': 'facebookplatform/1.0', connection: 'close' },
    })
    const response = await (typeof webhook === 'function' ? webhook(request) : fetch(request))
    const body = await response.text()
    return {
      verified: response.status === 200 && body === challenge,
      status: response.status,
      body: body.slice(0, 300),
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return { verified: false, error: describeError(cause) }
  }
}
