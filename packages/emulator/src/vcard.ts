import { asObjects, asString, isObject, type JsonObject } from './json.js'

/** A contact card in Meta's shape as the vCard that WhatsApp Web sends; one that has a vCard keeps it. */
export function vcardOf(card: JsonObject): string {
  const given = asString(card.vcard)
  if (given !== undefined) return given
  const lines = asObjects(card.phones).map(({ phone, wa_id: id }) => {
    const digits = asString(id) ?? String(phone).replace(/\D/g, '')
    return `TEL;type=CELL;waid=${digits}:${String(phone)}`
  })
  return ['BEGIN:VCARD', 'VERSION:3.0', `FN:${cardName(card)}`, ...lines, 'END:VCARD'].join('\n')
}

export function cardName({ name }: JsonObject): string {
  return isObject(name) ? (asString(name.formatted_name) ?? '') : ''
}
