import { refused } from '../../../../http/index.js'
import { asFields, asList, asText, type Fields } from '../../../../values.js'

/** What Meta would refuse is refused here, before anything leaves, under the name of the field that is wrong. */
export function wrong(what: string): Error {
  return refused(`Meta would refuse this: ${what}`, 'message')
}

/** The objects of a list. */
export function readItems(value: unknown, field: string, most = Number.POSITIVE_INFINITY): readonly Fields[] {
  const items = asList(value) ?? []
  if (items.length === 0) throw wrong(`${field} is empty or no list.`)
  if (items.length > most) throw wrong(`${field} has ${items.length} entries, and at most ${most} may be.`)
  return items.map((item, index) => {
    const fields = asFields(item)
    if (!fields) throw wrong(`${field}[${index}] is no object.`)
    return fields
  })
}

/** A text that must be there. Its length counts code points: what Meta might count as shorter is left to Meta. */
export function readText(value: unknown, field: string, most = Number.POSITIVE_INFINITY): string {
  const text = asText(value)
  if (text === undefined || text === '') throw wrong(`${field} is empty or no text.`)
  if (text.length > most) {
    const { length } = [...text]
    if (length > most) throw wrong(`${field} has ${length} characters, and at most ${most} may be.`)
  }
  return text
}

/** A text that may be left out; an empty one counts as left out. */
export function readOptionalText(value: unknown, field: string, most?: number): string | undefined {
  return value === undefined || value === '' ? undefined : readText(value, field, most)
}

export function readNumber(value: unknown, field: string, most: number): number {
  if (typeof value === 'number' && Math.abs(value) <= most) return value
  throw wrong(`${field} is no number between -${most} and ${most}.`)
}

/** An address that somebody else opens: Meta's server, or the person's browser. */
export function readWebUrl(value: unknown, field: string): string {
  const text = readText(value, field)
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw wrong(`${field} is no http or https address.`)
}

export function checkUnique(values: readonly string[], field: string): void {
  if (new Set(values).size < values.length) throw wrong(`${field} must all be different.`)
}
