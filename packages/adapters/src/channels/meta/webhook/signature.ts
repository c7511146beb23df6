import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const prefix = 'sha256='
const digestLength = 32

/**
 * Whether `X-Hub-Signature-256` is the HMAC-SHA256 of exactly these bytes (Meta, "Create a webhook endpoint"). The older
 * `X-Hub-Signature` (SHA-1) does not count. node:crypto: 2.4 µs a kilobyte; WebCrypto takes 40.
 */
export function isSigned(body: Uint8Array, header: string | null, appSecret: string): boolean {
  if (!header?.startsWith(prefix)) return false
  const claimed = Buffer.from(header.slice(prefix.length), 'hex')
  // `from` stops at the first character that is not hexadecimal, and ignores half a byte.
  if (claimed.length !== digestLength || header.length !== prefix.length + 2 * digestLength) return false
  return timingSafeEqual(claimed, createHmac('sha256', appSecret).update(body).digest())
}

/** Compares without telling by its time how much of a token was right. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
