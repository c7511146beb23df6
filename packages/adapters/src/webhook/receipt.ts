import type { ReceiptStatus } from '@switchboard/core'

/** What a status of Meta or Whapi is to us; `undefined` for what says nothing about a delivery. */
export function readReceipt(value: unknown): ReceiptStatus | undefined {
  switch (value) {
    case 'sent':
    case 'delivered':
    case 'read':
    case 'failed':
      return value
    case 'played': // a voice note that was listened to has been read
      return 'read'
    default:
      return undefined
  }
}
