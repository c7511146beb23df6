import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/**
 * A phone number as E.164, `+15550001234`: the form in which phones are stored and compared.
 *
 * @param text an international number with or without `+`, spaces and punctuation; `00` counts as `+`
 * @returns `undefined` when it cannot be an international number
 */
export function toE164(text: string): string | undefined {
  const digits = text.replace(/[^\d+]/g, '').replace(/^00/, '')
  const international = digits.startsWith('+') ? digits : `+${digits}`
  // Numbering plans change faster than tables of them: what has the shape of E.164 is believed.
  const number = parsePhoneNumberFromString(international)?.number ?? international
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined
}
