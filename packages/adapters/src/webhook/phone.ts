import { toE164 } from '@switchboard/core'
import { asId, asWords } from '../values.js'

/** The digits of a `wa_id`, of a JID's user, or of a number as a provider displays it. */
export function readDigits(value: unknown): string | undefined {
  const id = asId(value)
  if (id === undefined) return undefined
  if (/^\d+$/.test(id)) return id
  return /^[+\d\s().-]+$/.test(id) ? asWords(id.replace(/\D/g, '')) : undefined
}

/** libphonenumber takes 4 to 8 µs a number, a tenth of a webhook's whole cost; those who write, write again. */
const spellings = new Map<string, string>()
const mostSpellings = 10_000

/** E.164 has 15 digits. A little more is believed; a store could not keep what is much longer. */
const mostDigits = 32

/** A provider's number as E.164. Its word counts: what no numbering plan knows is still `+digits`. */
export function readPhone(value: unknown): string | undefined {
  const digits = readDigits(value)
  if (digits === undefined || digits.length > mostDigits) return undefined
  let phone = spellings.get(digits)
  if (phone === undefined) {
    phone = toE164(`+${digits}`) ?? `+${digits}`
    if (spellings.size >= mostSpellings) spellings.clear()
    spellings.set(digits, phone)
  }
  return phone
}
