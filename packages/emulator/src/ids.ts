import { randomBytes, randomInt } from 'node:crypto'

/** Ids in the shapes that Meta uses; the other providers make theirs in rooms of their own. They are random, so emulators that run side by side never collide. */
export interface Ids {
  /** `wamid.` and base64, like `wamid.HBgLMTU1NTAwMDEyMzQVAgAZ…`; `address` is baked in as Meta does. */
  message(address: string): string
  /** Sixteen digits. */
  media(): string
  /** Business-scoped user id: country, dot, digits (Meta, "Business-scoped user IDs"). */
  user(): string
  /** `fbtrace_id` of an error. */
  trace(): string
  /** Digits of a fictional phone number, 1555… */
  phone(): string
  /** Fifteen digits: a person's hidden id on WhatsApp Web. */
  lid(): string
  token(): string
}

export function createIds(): Ids {
  return {
    message: address => {
      const label = Buffer.from(address.slice(0, 24))
      const bytes = [Buffer.from([0x1c, 0x18, label.length]), label, randomBytes(12)]
      return `wamid.${Buffer.concat(bytes).toString('base64')}`
    },
    media: () => `1${digits(15)}`,
    user: () => `US.9${digits(19)}`,
    trace: () => `A${randomBytes(16).toString('base64url')}`,
    phone: () => `1555${digits(7)}`,
    lid: () => `1${digits(14)}`,
    token: () => randomBytes(12).toString('hex'),
  }
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('')
}
