import { type OutboundContacts, toE164 } from '@switchboard/core'
import { asList, type Fields } from '../../../../values.js'
import { readItems, readOptionalText, readText, wrong } from './limits.js'

export function contactsPart({ contacts }: OutboundContacts): object {
  const cards = readItems(contacts, 'contacts').map((card, index) => cardOf(card, `contacts[${index}]`))
  return { type: 'contacts', contacts: cards }
}

function cardOf({ name, phones, emails, organisation }: Fields, field: string): object {
  const numbers = textsOf(phones, `${field}.phones`)
  const addresses = textsOf(emails, `${field}.emails`)
  const company = readOptionalText(organisation, `${field}.organisation`)
  const called = readOptionalText(name, `${field}.name`) ?? company ?? numbers[0] ?? addresses[0]
  if (called === undefined) throw wrong(`${field} has neither a name nor anything to reach somebody by.`)
  return {
    name: nameOf(called),
    ...(numbers.length > 0 && { phones: numbers.map(phoneOf) }),
    ...(addresses.length > 0 && { emails: addresses.map(email => ({ email })) }),
    ...(company !== undefined && { org: { company } }),
  }
}

function textsOf(value: unknown, field: string): string[] {
  return (asList(value) ?? []).map((text, index) => readText(text, `${field}[${index}]`))
}

/** Meta wants one part of the name besides the whole (Meta, "Contacts messages"). Phones keep the parts, so none is lost. */
function nameOf(name: string): object {
  const [first = name, ...rest] = name.trim().split(/\s+/)
  const last = rest.join(' ')
  return { formatted_name: name, first_name: first, ...(last !== '' && { last_name: last }) }
}

/** With `wa_id` the card offers to write to the number, without it to invite it. */
function phoneOf(phone: string): object {
  const number = phone.startsWith('+') ? toE164(phone) : undefined
  return number === undefined ? { phone } : { phone, wa_id: number.slice(1) }
}
