import type { ContactsContent, OrderContent, SharedContact } from '@switchboard/core'
import { asFields, asId, asList, asNumber, asWords, type Draft, type Fields } from '../../../values.js'
import { readPhone } from '../../../webhook/phone.js'

/** Contact cards. Phones are E.164 where WhatsApp knows the number, else as they stand on the card. */
export function readSharedContacts(value: unknown): ContactsContent | undefined {
  const contacts = asList(value)
    ?.map(asFields)
    .filter(card => card !== undefined)
  return contacts && contacts.length > 0 ? { type: 'contacts', contacts: contacts.map(readCard) } : undefined
}

function readCard(card: Fields): SharedContact {
  const phones = readEach(card.phones, ({ wa_id, phone }) => readPhone(wa_id) ?? asWords(phone))
  const emails = readEach(card.emails, ({ email }) => asWords(email))
  const shared: Draft<SharedContact> = { phones }
  const name = readName(asFields(card.name))
  if (name !== undefined) shared.name = name
  if (emails.length > 0) shared.emails = emails
  const organisation = asWords(asFields(card.org)?.company)
  if (organisation !== undefined) shared.organisation = organisation
  return shared
}

function readEach(value: unknown, read: (entry: Fields) => string | undefined): string[] {
  const texts: string[] = []
  for (const item of asList(value) ?? []) {
    const text = read(asFields(item) ?? {})
    if (text !== undefined) texts.push(text)
  }
  return texts
}

function readName(name: Fields | undefined): string | undefined {
  const full = asWords(name?.formatted_name)
  if (full !== undefined) return full
  return asWords([name?.first_name, name?.last_name].map(asWords).filter(Boolean).join(' '))
}

/** A cart. Items without product or quantity stay in `raw` only. */
export function readOrder(order: Fields | undefined): OrderContent | undefined {
  const products = asList(order?.product_items)
  if (!order || !products) return undefined
  const items: OrderContent['items'][number][] = []
  for (const product of products) {
    const item = readItem(asFields(product))
    if (item) items.push(item)
  }
  const content: Draft<OrderContent> = { type: 'order', items }
  const catalogId = asId(order.catalog_id)
  if (catalogId !== undefined) content.catalogId = catalogId
  const text = asWords(order.text)
  if (text !== undefined) content.text = text
  return content
}

function readItem(product: Fields | undefined): OrderContent['items'][number] | undefined {
  const productId = asId(product?.product_retailer_id)
  const quantity = asNumber(product?.quantity)
  if (productId === undefined || quantity === undefined) return undefined
  const item: Draft<OrderContent['items'][number]> = { productId, quantity }
  const price = asNumber(product?.item_price)
  if (price !== undefined) item.price = price
  const currency = asWords(product?.currency)
  if (currency !== undefined) item.currency = currency
  return item
}
