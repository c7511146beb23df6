import { isHmac } from '../../../webhook/secrets.js'

const prefix = 'sha256='

/**
 * Whether `X-Hub-Signature-256` is the HMAC-SHA256 of exactly these bytes (Meta, "Create a webhook endpoint"). The older
 * `X-Hub-Signature` (SHA-1) does not count.
 */
export function isSigned(body: Uint8Array, header: string | null, appSecret: string): boolean {
  return header?.startsWith(prefix) === true && isHmac(body, header.slice(prefix.length), 'sha256', appSecret)
}
