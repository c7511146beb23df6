import type { SharedContact } from '@switchboard/core'
import { toE164 } from '@switchboard/core'
import { writeVcard } from '../../../vcard.js'

/** One number: WAHA writes the card. Everything else travels as a vCard of ours. */
export function contactPart(contact: SharedContact): object {
  const { name, phones, emails = [], organisation } = contact
  const [phone] = phones
  if (phone === undefined || phones.length > 1 || emails.length > 0) return { vcard: writeVcard(contact) }
  const whatsappId = toE164(phone)?.slice(1)
  return {
    fullName: name ?? phone,
    ...(organisation !== undefined && { organization: organisation }),
    phoneNumber: phone,
    ...(whatsappId !== undefined && { whatsappId }),
    vcard: null,
  }
}
