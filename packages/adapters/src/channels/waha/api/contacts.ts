import type { SharedContact } from '@switchboard/core'
import { toE164 } from '@switchboard/core'

/** One number: WAHA writes the card. Everything else travels as a vCard of ours. */
export function contactPart(contact: SharedContact): object {
  const { name, phones, emails = [], organisation } = contact
  const [phone] = phones
  if (phone === undefined || phones.length > 1 || emails.length > 0) return { vcard: cardOf(contact) }
  const whatsappId = toE164(phone)?.slice(1)
  return {
    fullName: name ?? phone,
    ...(organisation !== undefined && { organization: organisation }),
    phoneNumber: phone,
    ...(whatsappId !== undefined && { whatsappId }),
    vcard: null,
  }
}

/** vCard 3.0, as WhatsApp writes it: `waid` makes a number one that can be tapped. */
function cardOf({ name, phones, emails = [], organisation }: SharedContact): string {
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', `FN:${escaped(name ?? phones[0] ?? emails[0] ?? '')}`]
  if (organisation !== undefined) lines.push(`ORG:${escaped(organisation)}`)
  for (const phone of phones) {
    const whatsappId = toE164(phone)?.slice(1)
    lines.push(`TEL;type=CELL${whatsappId === undefined ? '' : `;waid=${whatsappId}`}:${escaped(phone)}`)
  }
  for (const email of emails) lines.push(`EMAIL:${escaped(email)}`)
  return [...lines, 'END:VCARD'].join('\n')
}

/** A line break in a name must not begin a property of its own. */
function escaped(value: string): string {
  return value.replace(/[\\;,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n')
}
