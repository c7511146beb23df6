import { createHmac } from 'node:crypto'
import type { JsonObject } from '../../json.js'
import type { Signature } from '../../webhooks/redeliver.js'

/** One `entry[].changes[]` with the account that it belongs to. */
export interface Change {
  readonly businessAccountId: string
  readonly field: string
  readonly value: JsonObject
}

/** `{ object, entry: [{ id, changes }] }` with an entry for each given group. */
export function envelope(groups: readonly (readonly Change[])[]): JsonObject {
  const entry = groups.map(changes => ({
    id: changes[0]?.businessAccountId ?? '',
    changes: changes.map(({ value, field }) => ({ value, field })),
  }))
  return { object: 'whatsapp_business_account', entry }
}

/**
 * The bytes as Meta sends them: every non-ASCII character as `\uXXXX` in lower case and every slash as `\/`. Parsing
 * and serialising again gives other bytes, which is why signatures are checked on the raw body.
 */
export function encodeWebhookBody(body: unknown): Buffer {
  const json = JSON.stringify(body).replaceAll('/', '\\/')
  const escaped = json.replace(
    /[\u007f-\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Buffer.from(escaped, 'latin1')
}

/** Value of `X-Hub-Signature-256`: `sha256=` and the hex HMAC of the raw body (Meta, "Create a webhook endpoint"). */
export function signWebhookBody(bytes: Uint8Array | string, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(bytes).digest('hex')}`
}

/** The old `X-Hub-Signature`, which Meta may still send beside the new one. Nobody should accept it alone. */
export function signLegacy(bytes: Uint8Array | string, appSecret: string): string {
  return `sha1=${createHmac('sha1', appSecret).update(bytes).digest('hex')}`
}

/** The headers of a webhook: both signatures, unless the one asked for is another. */
export function metaHeaders(bytes: Buffer, signature: Signature, appSecret: string): Record<string, string> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'facebookexternalua', accept: '*/*' }
  if (signature === 'none') return headers
  const legacy = { ...headers, 'x-hub-signature': signLegacy(bytes, appSecret) }
  if (signature === 'legacy-only') return legacy
  const key = signature === 'bad' ? `not ${appSecret}` : appSecret
  return { ...legacy, 'x-hub-signature-256': signWebhookBody(bytes, key) }
}
