import type { ContactsContent, SharedContact } from '@switchboard/core'
import { asList, asText, asWords, type Draft } from '../../../values.js'
import { readPhone } from '../../../webhook/phone.js'

/** Contact cards. What says neither name nor number stays in `raw` only. */
export function readCards(value: unknown): ContactsContent | undefined {
  const contacts: SharedContact[] = []
  for (const item of asList(value) ?? []) {
    const card = readCard(asText(item) ?? '')
    if (card.name !== undefined || card.phones.length > 0) contacts.push(card)
  }
  return contacts.length > 0 ? { type: 'contacts', contacts } : undefined
}

/** A vCard (RFC 6350, and 3.0 as WhatsApp writes it). Phones are E.164 where WhatsApp knows the number (`waid`). */
function readCard(text: string): SharedContact {
  const contact: Draft<SharedContact> = { phones: [] }
  const phones: string[] = []
  const emails: string[] = []
  // A line that begins with a blank continues the one before.
  for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon === -1) continue
    const [property = '', ...parameters] = line.slice(0, colon).split(';')
    const value = asWords(unescaped(line.slice(colon + 1)).trim())
    if (value === undefined) continue
    switch (property.replace(/^item\d+\./i, '').toUpperCase()) {
      case 'FN':
        contact.name ??= value
        break
      case 'TEL':
        phones.push(readPhone(whatsappIdOf(parameters)) ?? value)
        break
      case 'EMAIL':
        emails.push(value)
        break
      case 'ORG':
        contact.organisation ??= value.replace(/;+$/, '')
    }
  }
  contact.phones = phones
  if (emails.length > 0) contact.emails = emails
  return contact
}

function whatsappIdOf(parameters: readonly string[]): string | undefined {
  const parameter = parameters.find(item => item.toLowerCase().startsWith('waid='))
  return parameter?.slice('waid='.length)
}

function unescaped(value: string): string {
  return value.replace(/\\([nN,;\\])/g, (_, letter: string) => (letter.toLowerCase() === 'n' ? '\n' : letter))
}
