import type { Received, WebhookResponse } from '@switchboard/core'

export const accepted: WebhookResponse = { status: 200 }

/** A refusal in words of ours. */
export function problem(status: number, text: string): WebhookResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body: text }
}

export function refuse(status: number, text: string): Received {
  return { events: [], response: problem(status, text) }
}
