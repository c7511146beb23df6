import type { SharedContact } from '@switchboard/core'
import { asWords, type Draft } from './values.js'
import { readPhone } from './webhook/phone.js'

interface Property {
  /** In capitals, without the group in front of it. */
  readonly name: string
  /** What stands between the name and the colon. */
  readonly parameters: string
  readonly value: string
}

/**
 * A contact card (RFC 6350, and the older 3.0 and 2.1 as phones write them). Phones are E.164 where WhatsApp knows the
 * number (`waid`), else as they stand on the card. What is no vCard has no phones.
 */
export function readVcard(text: string): SharedContact {
  const phones: string[] = []
  const emails: string[] = []
  const contact: Draft<SharedContact> = { phones }
  let structuredName: string | undefined
  for (const { name, parameters, value } of propertiesOf(text)) {
    const words = asWords(plain(value).trim())
    if (words === undefined) continue
    if (name === 'FN') contact.name ??= words
    else if (name === 'N') structuredName ??= fullName(value)
    else if (name === 'TEL') phones.push(readPhone(waidOf(parameters)) ?? words.replace(/^tel:/i, ''))
    else if (name === 'EMAIL') emails.push(words)
    else if (name === 'ORG') contact.organisation ??= partsOf(value).join(', ')
  }
  if (contact.name === undefined && structuredName !== undefined) contact.name = structuredName
  if (contact.organisation === '') delete contact.organisation
  if (emails.length > 0) contact.emails = emails
  return contact
}

/** A contact as a vCard 3.0 with `\n` line ends. A phone in E.164 says that it is on WhatsApp (`waid`). */
export function writeVcard({ name, phones, emails = [], organisation }: SharedContact): string {
  const title = name ?? organisation ?? phones[0] ?? emails[0] ?? ''
  return [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `FN:${escaped(title)}`,
    ...(organisation === undefined ? [] : [`ORG:${escaped(organisation)}`]),
    ...phones.map(phone => `TEL;type=CELL${waidParameter(phone)}:${escaped(phone)}`),
    ...emails.map(email => `EMAIL:${escaped(email)}`),
    'END:VCARD',
  ].join('\n')
}

function propertiesOf(text: string): Property[] {
  const properties: Property[] = []
  // A line that begins with a blank goes on with the one before.
  for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const colon = endOfParameters(line)
    if (colon === -1) continue
    const head = line.slice(0, colon)
    const semicolon = head.indexOf(';')
    const [key, parameters] =
      semicolon === -1 ? [head, ''] : [head.slice(0, semicolon), head.slice(semicolon + 1)]
    const name = key.slice(key.lastIndexOf('.') + 1).toUpperCase()
    properties.push({ name, parameters, value: line.slice(colon + 1) })
  }
  return properties
}

/** The first colon that is not within quotes. */
function endOfParameters(line: string): number {
  let quoted = false
  for (let index = 0; index < line.length; index++) {
    if (line[index] === '"') quoted = !quoted
    else if (line[index] === ':' && !quoted) return index
  }
  return -1
}

function waidOf(parameters: string): string | undefined {
  return /(?:^|;)waid="?(\d+)/i.exec(parameters)?.[1]
}

function waidParameter(phone: string): string {
  return /^\+\d+$/.test(phone) ? `;waid=${phone.slice(1)}` : ''
}

/** `Family;Given;Middle;Prefix;Suffix`. */
function fullName(value: string): string | undefined {
  const [family, given, middle, prefix, suffix] = value
    .split(/(?<!\\);/)
    .map(part => asWords(plain(part).trim()))
  return asWords([prefix, given, middle, family, suffix].filter(part => part !== undefined).join(' '))
}

function partsOf(value: string): string[] {
  return value
    .split(/(?<!\\);/)
    .map(part => plain(part).trim())
    .filter(part => part !== '')
}

function plain(value: string): string {
  return value.replace(/\\([\\,;nN])/g, (_, mark: string) => (mark.toLowerCase() === 'n' ? '\n' : mark))
}

function escaped(value: string): string {
  return value.replace(/[\\,;]/g, mark => `\\${mark}`).replace(/\r?\n|\r/g, '\\n')
}
