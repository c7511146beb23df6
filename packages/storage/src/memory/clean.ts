import { cleanText, StoreError } from '@switchboard/core'

const deepestLevel = 500

/** A copy in which every text is as {@link cleanText} leaves it, keys too: nobody else holds a reference into it. */
export function clean<T>(value: T): T {
  return copy(value, 0) as T
}

function copy(value: unknown, level: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (level > deepestLevel) {
    throw new StoreError(
      'store_data',
      `A content is nested more than ${deepestLevel} levels deep: refuse it earlier.`,
    )
  }
  if (Array.isArray(value)) return value.map(item => copy(item, level + 1))
  const result: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    // Assigning would set the prototype when a form has a field named `__proto__`.
    const field = { value: copy(item, level + 1), enumerable: true, writable: true, configurable: true }
    if (key === '__proto__') Object.defineProperty(result, key, field)
    else result[cleanText(key)] = field.value
  }
  return result
}

/** An object without the fields that are undefined, as the ports' optional fields want it. */
export function defined<T extends object>(fields: { readonly [Key in keyof T]: T[Key] | undefined }): T {
  const result: Partial<T> = {}
  for (const key in fields) {
    if (fields[key] !== undefined) result[key] = fields[key]
  }
  return result as T
}
