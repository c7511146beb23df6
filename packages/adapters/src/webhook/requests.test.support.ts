import type { WebhookRequest } from '@switchboard/core'

/** A webhook's request as `receive` gets it. Names of headers in lower case. */
export function webhookRequest(
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): WebhookRequest {
  return {
    method: 'POST',
    url: path,
    headers: { get: name => headers[name.toLowerCase()] ?? null },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  }
}
