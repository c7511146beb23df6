import { readHeader } from './headers.js'

/**
 * How long the server asks to wait, in milliseconds: `retry-after-ms`, else `Retry-After` in seconds or as a date
 * (RFC 9110, 10.2.3). `undefined` when it does not say or cannot be understood.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(headers: unknown, now: number): number | undefined {
  const milliseconds = readNumber(readHeader(headers, 'retry-after-ms'))
  if (milliseconds !== undefined) return Math.ceil(milliseconds)
  const value = readHeader(headers, 'retry-after') ?? ''
  const seconds = readNumber(value)
  if (seconds !== undefined) return Math.ceil(seconds * 1000)
  // Date.parse alone takes far more than an HTTP date, "-1" among it.
  const date = /^[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function readNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d{1,12}(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}
